"""What the templates of tagged pictures see: one tuple for each piece.

In each, the values that a template branches on come first, then HTML that is ready, then texts (see
:class:`sharekit.widgets.pieces.Piece`).
"""

from __future__ import annotations

from typing import NamedTuple


class Offer(NamedTuple):
    """One product of a tag (``look-offer.html.jinja``, where it is called ``offer``).

    Parameters:
        full: with everything that can be done, as in a card; else the short form of the list below the picture.
        cta: ``link``, ``add_to_cart``, ``quick_view``, or empty when there is nothing to do.
        available: it can be bought.
        go: links lead through the shop's server, which counts them.
        several: the tag has other products too.
        fields: hidden fields of the form.
        url: of the product's page, or of the redirect to it.
        rel: of the link.
        product: its id.
        title, description: of the product.
        price: what it costs now.
        was: what it cost before the reduction; empty unless the 30-day low is known.
        state: availability in words.
        position: place among the tag's products, from 1.
        name_id: id of the product's name, where something is labelled by it.
        cta_text: words of the button.
        action: where the form posts to.
        added: what is announced when it is in the cart.
        dialog: id of the quick view.
        image: address of its picture.
        instead, instead_url, instead_id: an alternative to a product that is sold out.
    """

    full: bool
    cta: str
    available: bool
    go: bool
    several: bool
    fields: str
    url: str
    rel: str
    product: str
    title: str
    description: str
    price: str
    was: str
    state: str
    position: str
    name_id: str
    cta_text: str
    action: str
    added: str
    dialog: str
    image: str
    instead: str
    instead_url: str
    instead_id: str


class Pin(NamedTuple):
    """A marker on the picture and its card (``look-pin.html.jinja``, where it is called ``pin``).

    Parameters:
        marker: ``number``, ``dot``, ``price`` or ``plus``.
        direction: ``rtl`` where the page runs from right to left, else empty.
        ad: the disclosure.
        offers: the products.
        card: id of the card.
        number: of the tag.
        name: accessible name of the marker; it begins with the number.
        place: classes of the grid for the position.
        x, y: the same as fractions, to any digit.
        mark: what is seen on the marker.
        title: heading of the card; empty when the product's name is one.
        product: id of the first product.
        disclosure: kind of the commercial interest.
        start, end: seconds of the video between which it is there.
    """

    marker: str
    direction: str
    ad: str
    offers: str
    card: str
    number: str
    name: str
    place: str
    x: str
    y: str
    mark: str
    title: str
    product: str
    disclosure: str
    start: str
    end: str


class Entry(NamedTuple):
    """A tag in the list below the picture (``look-item.html.jinja``, where it is called ``item``).

    Parameters:
        ad, offers, number, title, product, disclosure: as in :class:`Pin`.
        id: of the element.
        seek: address of that moment of the video.
        start: the same in seconds.
        time: the same for people, ``0:12``.
    """

    ad: str
    offers: str
    id: str
    number: str
    title: str
    product: str
    disclosure: str
    seek: str
    start: str
    time: str


class Pins(NamedTuple):
    """The markers for one cut of the picture (``look-pins.html.jinja``, where it is called ``pins``).

    Parameters:
        film: they belong to a video.
        markers: the markers, ready.
        windows: classes that say in which windows these are the right ones; empty for all.
        place: classes of the grid for the cut's width to height (see ``ratio_classes``).
    """

    film: bool
    markers: str
    windows: str
    place: str


class Shot(NamedTuple):
    """The picture itself (``look-picture.html.jinja``, where it is called ``shot``).

    Parameters:
        loading: ``lazy`` or ``eager``.
        sources: its other cuts.
        pins: the markers, ready.
        src, srcset, sizes, width, height, alt: of the picture.
        box: shape of the crop, as the ``viewBox`` of an empty drawing; empty when nothing is cropped.
        place: classes of the grid for the focal point; empty in the middle.
    """

    loading: str
    sources: str
    pins: str
    src: str
    srcset: str
    sizes: str
    width: str
    height: str
    alt: str
    box: str
    place: str


class Film(NamedTuple):
    """The video itself (``look-film.html.jinja``, where it is called ``film``).

    Parameters:
        sources, tracks: the elements inside it, ready.
        pins: the markers, ready.
        poster, width, height, title: of the video.
    """

    sources: str
    tracks: str
    pins: str
    poster: str
    width: str
    height: str
    title: str


class Figure(NamedTuple):
    """A tagged picture or video as a whole (``look.html.jinja``, where it is called ``look``).

    Parameters:
        widget: ``tags`` or ``video``.
        marker, list, theme: the options.
        ads: the disclosures, ready.
        stage: picture or video with its markers, ready.
        items: the list's items, ready.
        whole: the form for the whole look, ready.
        data: structured data, safe inside a ``script`` element.
        attributes: further attributes, ready, with a space in front.
        id: beginning of every id inside.
        picture: id of the picture.
        placement, variant: as given.
        tags: how many there are.
        disclosure: kind of the commercial interest.
        caption, credit: what stands below the picture.
        extra_class: further classes, with a space in front.
    """

    widget: str
    marker: str
    list: str
    theme: str
    ads: str
    stage: str
    items: str
    whole: str
    data: str
    attributes: str
    id: str
    picture: str
    placement: str
    variant: str
    tags: str
    disclosure: str
    caption: str
    credit: str
    extra_class: str


class Whole(NamedTuple):
    """The form that puts a whole look into the cart (``look-whole.html.jinja``, where it is called ``whole``).

    Parameters:
        fields: hidden fields.
        action: where it posts to.
        together: number and total.
        missing: what is not available; empty when everything is.
        added: what is announced when it has worked.
    """

    fields: str
    action: str
    together: str
    missing: str
    added: str


class Group(NamedTuple):
    """Several pictures (``gallery.html.jinja`` and ``look-set.html.jinja``, where they are called ``group``).

    Parameters:
        layout: ``grid``, ``masonry`` or ``carousel``; empty for a look.
        level: of the heading, 1 to 6.
        theme: the option.
        ads: the disclosures of a look, ready.
        items: the pictures, ready.
        whole: the form for the whole look, ready.
        data: structured data, safe inside a ``script`` element.
        attributes: further attributes, ready, with a space in front.
        id: beginning of the ids inside.
        title: heading or accessible name.
        url: of the look's own page.
        extra_class: further classes, with a space in front.
    """

    layout: str
    level: int
    theme: str
    ads: str
    items: str
    whole: str
    data: str
    attributes: str
    id: str
    title: str
    url: str
    extra_class: str
