"""How deposits are drawn on a map: shapes, sprites, MapLibre styles and their legends."""
