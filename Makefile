# Each verb sets up all that it needs; the work is in setup/.
.PHONY: help run test conformance cite check bench clean
.NOTPARALLEL:

help: ## List the verbs · Listar los verbos
	@sed -nE 's/^([a-z]+): ## (.*)/make \1\t\2/p' Makefile | expand -t 19

run: ## Serve the map and the API; PORT=8001 moves it · Servir el mapa y la API; PORT=8001 lo mueve
	@setup/run.sh

test: ## Run the tests; ARGS="-k tile" narrows them · Ejecutar las pruebas; ARGS="-k tile" las acota
	@setup/test.sh $(ARGS)

conformance: ## Read the service with QGIS, GDAL and other clients · Leer el servicio con QGIS, GDAL y otros clientes
	@setup/conformance.sh $(ARGS)

cite: ## Run the OGC's own test suites, from Maven · Ejecutar las suites de pruebas del OGC, de Maven
	@setup/cite.sh $(ARGS)

check: ## Check format, lint, types and import rules · Revisar formato, estilo, tipos e importaciones
	@setup/check.sh

bench: ## Measure the speed · Medir la velocidad
	@setup/bench.sh $(ARGS)

clean: ## Remove all that set-up made, the database too · Quitar todo lo preparado, también la base
	@setup/clean.sh
