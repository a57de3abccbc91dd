"""A theme as custom properties, with text colours that can be read on each of its colours."""

from meet.appearance.models import BaseTheme, Theme
from meet.appearance.themes import COLOURS

# Variable of the contract and default by base theme (meeting-ui.md 3.1).
PROPERTIES: dict[str, str] = {
    "backgroundColor": "background-color",
    "primaryColor": "primary-action-color",
    "secondaryColor": "secondary-action-color",
    "accentColor": "accent-action-color",
    "surfaceColor": "surface-color",
}
DEFAULTS: dict[BaseTheme, dict[str, str]] = {
    BaseTheme.LIGHT: {
        "backgroundColor": "#f5f5f5",
        "primaryColor": "#d6d6d6",
        "secondaryColor": "#d6d6d6",
        "accentColor": "#a9e3f0",
        "surfaceColor": "#ffffff",
    },
    BaseTheme.DARK: {
        "backgroundColor": "#1f2020",
        "primaryColor": "#4a4e4e",
        "secondaryColor": "#5c5c5c",
        "accentColor": "#009ab9",
        "surfaceColor": "#2d2d2d",
    },
}
_DARK_TEXT, _LIGHT_TEXT = "#212529", "#ffffff"

Rgb = tuple[float, float, float]


def stylesheet(theme: Theme | None) -> str:
    """What `/theme.css` says; empty without a theme of one's own: the page's own tokens hold."""
    if theme is None:
        return "/* no theme of its own */\n"
    base = BaseTheme(theme.base_theme)
    lines = []
    for name, variable in PROPERTIES.items():
        colour = getattr(theme, COLOURS[name]) or DEFAULTS[base][name]
        text = readable_on(colour, backdrop=DEFAULTS[base]["backgroundColor"])
        lines.append(f"  --ov-{variable}: {colour};\n  --ov-on-{variable}: {text};\n")
    # Twice the pseudo-class: stronger than the tokens of either base theme, wherever the file is linked.
    return f":root:root {{\n{''.join(lines)}}}\n"


def readable_on(colour: str, *, backdrop: str) -> str:
    """Dark or light text, whichever contrasts more; a translucent colour is judged over `backdrop`."""
    ground = _over(colour, backdrop)
    return max((_DARK_TEXT, _LIGHT_TEXT), key=lambda text: contrast(_over(text, backdrop), ground))


def contrast(first: Rgb, second: Rgb) -> float:
    """WCAG 2's contrast ratio, 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Rgb) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _over(colour: str, backdrop: str) -> Rgb:
    red, green, blue, alpha = _parts(colour)
    behind = _parts(backdrop)
    return (
        red * alpha + behind[0] * (1 - alpha),
        green * alpha + behind[1] * (1 - alpha),
        blue * alpha + behind[2] * (1 - alpha),
    )


def _parts(colour: str) -> tuple[float, float, float, float]:
    digits = colour.removeprefix("#")
    if len(digits) in (3, 4):
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue, alpha = (int(f"{digits:f<8}"[i : i + 2], 16) / 255 for i in (0, 2, 4, 6))
    return red, green, blue, alpha
