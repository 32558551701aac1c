"""Pages and cards: templates of jinja2, which the extra `report` installs, and their values."""

from skprognet._extras import import_extra


def fill_in(package, template, *, show, autoescape=False, **values):
    """Return the text of a template with its values.

    Parameters
    ----------
    package : str
        The package that holds the template.
    template : str
        Name of its file.
    show : callable
        Takes each value, and returns what is printed in its place.
    autoescape : bool, default=False
        Whether text that is not markup is escaped as HTML.
    **values
        The values by the names that the template uses. A name without a value is an error.

    Returns
    -------
    str
        The text.

    Raises
    ------
    ImportError
        If jinja2 is missing: ``pip install 'skprognet[report]'``.
    """
    jinja2 = import_extra("jinja2", "report")
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(package, "."),
        autoescape=autoescape,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=show,
    )
    return environment.get_template(template).render(**values)


def markup(text):
    """Mark text that this package wrote as markup, so that a template does not escape it."""
    return import_extra("markupsafe", "report").Markup(text)


def is_markup(value):
    """Return whether a value is markup, which a template does not escape."""
    return hasattr(value, "__html__")  # as markupsafe itself checks
