"""What every bank format shares: a statement's nouns, its checks, and how its lines become entries."""
