"""The benchmark suite: what is measured, and the page with plots that is made of it."""
