"""Parts of the language pipeline that are our own."""
