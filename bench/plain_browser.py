"""A browser without scripts: it reads forms from a page, fills them in and sends them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx

_VOID = {"input", "meta", "link", "br", "img"}


@dataclass
class Button:
    """A button that sends its form."""

    label: str
    name: str | None
    value: str
    action: str | None


@dataclass
class Form:
    """A form with what is in its fields."""

    action: str
    method: str
    multipart: bool
    fields: dict[str, str] = field(default_factory=dict)
    boxes: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[Button] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.text: list[str] = []
        self.links: dict[str, str] = {}
        self._form: Form | None = None
        self._area: str | None = None
        self._written: list[str] = []
        self._select: str | None = None
        self._button: Button | None = None
        self._link: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what opens."""
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in given:
            self._link = (given["href"], [])
        if tag == "form":
            multipart = given.get("enctype") == "multipart/form-data"
            self._form = Form(given["action"], given["method"], multipart)
            self.forms.append(self._form)
        form = self._form
        if form is None:
            return
        if tag == "input" and given.get("type") == "checkbox":
            form.boxes.setdefault(given["name"], [])
            if "checked" in given:
                form.boxes[given["name"]].append(given["value"])
        elif tag == "input" and "name" in given and given.get("type") not in ("file", "radio"):
            form.fields[given["name"]] = given.get("value", "")
        elif tag == "textarea":
            self._area, self._written = given["name"], []
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and self._select is not None:
            if "selected" in given or self._select not in form.fields:
                form.fields[self._select] = given.get("value", "")
        elif tag == "button":
            self._button = Button(
                "", given.get("name"), given.get("value", ""), given.get("formaction")
            )
            form.buttons.append(self._button)

    def handle_endtag(self, tag: str) -> None:
        """Note what closes."""
        if tag == "textarea" and self._area is not None and self._form is not None:
            # A line break right after the tag does not count (HTML, 13.1.2.5).
            written = "".join(self._written).removeprefix("\n")
            self._form.fields[self._area] = written.replace("\n", "\r\n")
            self._area = None
        elif tag == "select":
            self._select = None
        elif tag == "button":
            self._button = None
        elif tag == "form":
            self._form = None
        elif tag == "a" and self._link is not None:
            self.links[" ".join("".join(self._link[1]).split())] = self._link[0]
            self._link = None

    def handle_data(self, data: str) -> None:
        """Keep what is written."""
        if self._area is not None:
            self._written.append(data)
            return
        self.text.append(data)
        if self._button is not None:
            self._button.label = " ".join((self._button.label + data).split())
        if self._link is not None:
            self._link[1].append(data)


class PlainBrowser:
    """Somebody with a browser in which scripts are off.

    Attributes:
        answer: The page that is shown, as it came.
    """

    def __init__(self, base_url: str, language: str = "en") -> None:
        headers = {"Accept": "text/html", "Accept-Language": language}
        self.client = httpx.Client(
            base_url=base_url, headers=headers, timeout=60, verify=False, follow_redirects=True
        )

    def goes_to(self, path: str) -> PlainBrowser:
        """Open a page."""
        self._show(self.client.get(path))
        return self

    def _show(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._reader = _Reader()
        self._reader.feed(answer.text)

    @property
    def text(self) -> str:
        """What is to be read on the page, blanks made one."""
        return " ".join("".join(self._reader.text).split())

    @property
    def forms(self) -> list[Form]:
        """All forms of the page, as they stand."""
        return self._reader.forms

    @property
    def links(self) -> dict[str, str]:
        """Addresses by the words of the links."""
        return self._reader.links

    @property
    def buttons(self) -> list[str]:
        """The words of all buttons."""
        return [button.label for form in self._reader.forms for button in form.buttons]

    def form(self, button: str) -> Form:
        """The form that has a button with this label."""
        for form in self._reader.forms:
            if any(one.label == button for one in form.buttons):
                return form
        raise AssertionError(f"no button {button!r}, but {self.buttons}: {self.text[:600]}")

    def presses(
        self,
        button: str,
        boxes: dict[str, list[str]] | None = None,
        file: tuple[str, bytes] | None = None,
        **fields: str,
    ) -> PlainBrowser:
        """Fill fields in and press a button. Names with dashes are written with underscores."""
        form = self.form(button)
        for name, value in fields.items():
            known = name if name in form.fields else name.replace("_", "-")
            assert known in form.fields, f"{name} is not among {sorted(form.fields)}"
            form.fields[known] = value
        (pressed, *_) = [one for one in form.buttons if one.label == button]
        sent: dict[str, str | list[str]] = {**form.fields, **form.boxes, **(boxes or {})}
        if pressed.name:
            sent[pressed.name] = pressed.value
        to = urljoin(str(self.answer.url), pressed.action or form.action).partition("#")[0]
        if form.method == "get":
            self._show(self.client.get(to, params=sent))
        elif form.multipart:
            chosen = file or ("", b"")
            self._show(self.client.post(to, data=sent, files={"file": chosen}))
        else:
            self._show(self.client.post(to, data=sent))
        return self

    def sends(self, form: Form, **fields: str) -> PlainBrowser:
        """Send a form that was read before, perhaps once more."""
        self._show(self.client.post(form.action, data={**form.fields, **fields}))
        return self

    def close(self) -> None:
        """Close its connections."""
        self.client.close()
