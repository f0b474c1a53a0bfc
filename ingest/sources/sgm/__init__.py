"""SGM, the mineral deposits of the Servicio Geológico Mexicano."""
