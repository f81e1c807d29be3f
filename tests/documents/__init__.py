"""README, guides and READMEs of roles as data: their code blocks, and what these may name."""
