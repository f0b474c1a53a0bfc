"""The styles in MapLibre in a real browser, on a page of another site: no fault, and drawn in their colours."""

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread

import pytest
from PIL import Image

from app.styles.looks import looks

MAPLIBRE = Path(__file__).parents[2] / "app" / "web" / "node_modules" / "maplibre-gl" / "dist"
PAGE = """<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="maplibre-gl.css">
<style>body { margin: 0 } #map { width: 800px; height: 500px }</style><div id="map"></div>"""
DRAW = """async ({ style, center, zoom }) => {
  const { Map, setWorkerUrl } = await import("./maplibre-gl.mjs");
  setWorkerUrl("./maplibre-gl-worker.mjs");
  const map = new Map({ container: "map", style, center, zoom, fadeDuration: 0, attributionControl: false,
    canvasContextAttributes: { preserveDrawingBuffer: true } });
  const faults = [];
  map.on("error", ({ error }) => faults.push(error.message));
  map.on("styleimagemissing", ({ id }) => faults.push(`no image ${id}`));
  await new Promise((drawn) => map.once("idle", drawn));
  const found = map.queryRenderedFeatures({ layers: ["clusters", "deposits"] });
  return { faults, layers: [...new Set(found.map(({ layer }) => layer.id))].sort() };
}"""


class Site(SimpleHTTPRequestHandler):
    def do_GET(self):
        if self.path != "/":
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        return self.wfile.write(PAGE.encode())

    def log_message(self, *said):
        pass


@pytest.fixture(scope="module")
def other_site():
    """Another site, which has MapLibre."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Site, directory=MAPLIBRE)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def draw(browser, other_site, sample_served):
    """A style's symbols and circles as drawn there, and what MapLibre found wrong."""

    def drawn(name, ratio=1, center=(-111, 31), zoom=5):
        page = browser.new_page(viewport={"width": 800, "height": 500}, device_scale_factor=ratio)
        page.goto(f"{other_site}/")
        style = page.evaluate(
            "address => fetch(address).then((got) => got.json())", f"{sample_served}/styles/{name}.json"
        )
        shown = ("sea", "clusters", "deposits")
        style["layers"] = [layer for layer in style["layers"] if layer["id"] in shown]
        del style["sources"]["boundaries"]
        said = page.evaluate(DRAW, {"style": style, "center": center, "zoom": zoom})
        picture = Image.open(BytesIO(page.locator("#map").screenshot())).convert("RGB")
        page.close()
        return said, picture

    return drawn


@pytest.mark.parametrize("ratio", [1, 2])
@pytest.mark.parametrize("name", list(looks()))
def test_a_style_draws_clusters_and_deposits_in_its_colours(draw, name, ratio):
    look = looks()[name]
    said, picture = draw(name, ratio)
    assert said == {"faults": [], "layers": ["clusters", "deposits"]}
    colours = {f"#{r:02x}{g:02x}{b:02x}" for _, (r, g, b) in picture.getcolors(maxcolors=1 << 24)}
    assert look.ground["sea"] in colours
    for scale in (look.colours, look.clusters):
        assert colours & {kind.shown for kind in scale.kinds}, scale.title
