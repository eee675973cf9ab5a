"""Runs migrations on the connection it is handed; imports nothing of ours, they run for years."""

from alembic import context

given = context.config.attributes
context.configure(
    connection=given["connection"],
    render_as_batch=True,
    target_metadata=given.get("metadata"),  # only while a migration is drafted
    render_item=given.get("render_item"),
)
with context.begin_transaction():
    context.run_migrations()
