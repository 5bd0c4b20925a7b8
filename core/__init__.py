"""The engine: films in, figures and worklists out. Knows nothing of Qt; re-exports nothing, so that torch stays out."""
