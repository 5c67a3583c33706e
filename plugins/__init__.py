"""The plugins: a module each, or a package where it needs several. `folkmoot check` lists what is here."""
