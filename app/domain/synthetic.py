"""What is said of made-up rows: they are shaped like an agency's, so its words must not be taken for the agency's."""

SYNTHETIC_LICENCE = "Apache-2.0 (synthetic data · datos sintéticos)"
SYNTHETIC_CITATION = (
    "Synthetic sample data of Vetalode, not data of {agency} · "
    "Datos sintéticos de muestra de Vetalode, no son datos de {agency}"
)
