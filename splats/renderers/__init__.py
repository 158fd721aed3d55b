"""Three renderers of one contract: `gsplat` on CUDA, `cpu` (compiled loops), and `torch`, the readable reference."""
