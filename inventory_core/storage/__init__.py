"""Where the core keeps its state: ports, one SQLAlchemy implementation, one fake, migrations."""
