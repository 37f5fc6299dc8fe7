//! The icons of the page: shapes on a grid of 24, drawn by a stroke.
//!
//! All but the wheel are from Lucide (<https://lucide.dev>), ISC License, Copyright (c) Lucide
//! Contributors; parts of them from Feather, MIT License, Copyright (c) Cole Bemis.

use leptos::prelude::*;

/// The inside of an `<svg>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Icon(&'static str);

/// An icon beside a text, or inside a button that has a name: it is hidden from screen readers.
pub fn icon(Icon(shapes): Icon) -> impl IntoView {
    view! { <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" inner_html=shapes></svg> }
}

impl Icon {
    pub const ARROW_RIGHT: Icon = Icon(r#"<path d="M5 12h14"/><path d="m12 5 7 7-7 7"/>"#);
    pub const CHECK: Icon = Icon(r#"<path d="M20 6 9 17l-5-5"/>"#);
    pub const CHEVRON_LEFT: Icon = Icon(r#"<path d="m15 18-6-6 6-6"/>"#);
    pub const CHEVRON_RIGHT: Icon = Icon(r#"<path d="m9 18 6-6-6-6"/>"#);
    pub const CIRCLE_ALERT: Icon = Icon(
        r#"<circle cx="12" cy="12" r="10"/><line x1="12" x2="12" y1="8" y2="12"/><line x1="12" x2="12.01" y1="16" y2="16"/>"#,
    );
    pub const CIRCLE_CHECK: Icon =
        Icon(r#"<circle cx="12" cy="12" r="10"/><path d="m16 9-5.5 5.5L8 12"/>"#);
    pub const CIRCLE_DASHED: Icon = Icon(
        r#"<path d="M10.1 2.182a10 10 0 0 1 3.8 0"/><path d="M13.9 21.818a10 10 0 0 1-3.8 0"/><path d="M17.609 3.721a10 10 0 0 1 2.69 2.7"/><path d="M2.182 13.9a10 10 0 0 1 0-3.8"/><path d="M20.279 17.609a10 10 0 0 1-2.7 2.69"/><path d="M21.818 10.1a10 10 0 0 1 0 3.8"/><path d="M3.721 6.391a10 10 0 0 1 2.7-2.69"/><path d="M6.391 20.279a10 10 0 0 1-2.69-2.7"/>"#,
    );
    pub const CIRCLE_HELP: Icon = Icon(
        r#"<circle cx="12" cy="12" r="10"/><path d="M9.09 9a3 3 0 0 1 5.83 1c0 2-3 3-3 3"/><path d="M12 17h.01"/>"#,
    );
    pub const CLOUD_OFF: Icon = Icon(
        r#"<path d="M10.94 5.274A7 7 0 0 1 15.71 10h1.79a4.5 4.5 0 0 1 4.222 6.057"/><path d="M18.796 18.81A4.5 4.5 0 0 1 17.5 19H9A7 7 0 0 1 5.79 5.78"/><path d="m2 2 20 20"/>"#,
    );
    pub const CODE: Icon = Icon(r#"<path d="m16 18 6-6-6-6"/><path d="m8 6-6 6 6 6"/>"#);
    pub const COPY: Icon = Icon(
        r#"<rect width="14" height="14" x="8" y="8" rx="2" ry="2"/><path d="M4 16c-1.1 0-2-.9-2-2V4c0-1.1.9-2 2-2h10c1.1 0 2 .9 2 2"/>"#,
    );
    pub const DOWNLOAD: Icon = Icon(
        r#"<path d="M12 15V3"/><path d="M21 15v4a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-4"/><path d="m7 10 5 5 5-5"/>"#,
    );
    pub const FLASK_CONICAL: Icon = Icon(
        r#"<path d="M14 2v6a2 2 0 0 0 .245.96l5.51 10.08A2 2 0 0 1 18 22H6a2 2 0 0 1-1.755-2.96l5.51-10.08A2 2 0 0 0 10 8V2"/><path d="M6.453 15h11.094"/><path d="M8.5 2h7"/>"#,
    );
    pub const KEYBOARD: Icon = Icon(
        r#"<path d="M10 8h.01"/><path d="M12 12h.01"/><path d="M14 8h.01"/><path d="M16 12h.01"/><path d="M18 8h.01"/><path d="M6 8h.01"/><path d="M7 16h10"/><path d="M8 12h.01"/><rect width="20" height="16" x="2" y="4" rx="2"/>"#,
    );
    pub const LIGHTBULB: Icon = Icon(
        r#"<path d="M15 14c.2-1 .7-1.7 1.5-2.5 1-.9 1.5-2.2 1.5-3.5A6 6 0 0 0 6 8c0 1 .2 2.2 1.5 3.5.7.7 1.3 1.5 1.5 2.5"/><path d="M9 18h6"/><path d="M10 22h4"/>"#,
    );
    pub const LIST: Icon = Icon(
        r#"<path d="M3 5h.01"/><path d="M3 12h.01"/><path d="M3 19h.01"/><path d="M8 5h13"/><path d="M8 12h13"/><path d="M8 19h13"/>"#,
    );
    pub const MENU: Icon = Icon(r#"<path d="M4 5h16"/><path d="M4 12h16"/><path d="M4 19h16"/>"#);
    pub const MINUS: Icon = Icon(r#"<path d="M5 12h14"/>"#);
    pub const MONITOR: Icon = Icon(
        r#"<rect width="20" height="14" x="2" y="3" rx="2"/><line x1="8" x2="16" y1="21" y2="21"/><line x1="12" x2="12" y1="17" y2="21"/>"#,
    );
    pub const MOON: Icon = Icon(
        r#"<path d="M20.985 12.486a9 9 0 1 1-9.473-9.472c.405-.022.617.46.402.803a6 6 0 0 0 8.268 8.268c.344-.215.825-.004.803.401"/>"#,
    );
    pub const PENCIL: Icon = Icon(
        r#"<path d="M21.174 6.812a1 1 0 0 0-3.986-3.987L3.842 16.174a2 2 0 0 0-.5.83l-1.321 4.352a.5.5 0 0 0 .623.622l4.353-1.32a2 2 0 0 0 .83-.497z"/><path d="m15 5 4 4"/>"#,
    );
    pub const SQUARE: Icon = Icon(r#"<rect width="18" height="18" x="3" y="3" rx="2"/>"#);
    pub const PLAY: Icon = Icon(
        r#"<path d="M5 5a2 2 0 0 1 3.008-1.728l11.997 6.998a2 2 0 0 1 .003 3.458l-12 7A2 2 0 0 1 5 19z"/>"#,
    );
    pub const PLUG: Icon = Icon(
        r#"<path d="M12 22v-5"/><path d="M15 8V2"/><path d="M17 8a1 1 0 0 1 1 1v4a4 4 0 0 1-4 4h-4a4 4 0 0 1-4-4V9a1 1 0 0 1 1-1z"/><path d="M9 8V2"/>"#,
    );
    pub const PLUS: Icon = Icon(r#"<path d="M5 12h14"/><path d="M12 5v14"/>"#);
    pub const POWER: Icon = Icon(r#"<path d="M12 2v10"/><path d="M18.4 6.6a9 9 0 1 1-12.77.04"/>"#);
    pub const REFRESH_CW: Icon = Icon(
        r#"<path d="M3 12a9 9 0 0 1 9-9 9.75 9.75 0 0 1 6.74 2.74L21 8"/><path d="M21 3v5h-5"/><path d="M21 12a9 9 0 0 1-9 9 9.75 9.75 0 0 1-6.74-2.74L3 16"/><path d="M8 16H3v5"/>"#,
    );
    pub const ROTATE_CCW: Icon = Icon(
        r#"<path d="M3 12a9 9 0 1 0 9-9 9.75 9.75 0 0 0-6.74 2.74L3 8"/><path d="M3 3v5h5"/>"#,
    );
    pub const SEARCH: Icon = Icon(r#"<path d="m21 21-4.34-4.34"/><circle cx="11" cy="11" r="8"/>"#);
    pub const SHARE_2: Icon = Icon(
        r#"<circle cx="18" cy="5" r="3"/><circle cx="6" cy="12" r="3"/><circle cx="18" cy="19" r="3"/><line x1="8.59" x2="15.42" y1="13.51" y2="17.49"/><line x1="15.41" x2="8.59" y1="6.51" y2="10.49"/>"#,
    );
    pub const SKULL: Icon = Icon(
        r#"<path d="m12.5 17-.5-1-.5 1h1z"/><path d="M15 22a1 1 0 0 0 1-1v-1a2 2 0 0 0 1.56-3.25 8 8 0 1 0-11.12 0A2 2 0 0 0 8 20v1a1 1 0 0 0 1 1z"/><circle cx="15" cy="12" r="1"/><circle cx="9" cy="12" r="1"/>"#,
    );
    pub const SUN: Icon = Icon(
        r#"<circle cx="12" cy="12" r="4"/><path d="M12 2v2"/><path d="M12 20v2"/><path d="m4.93 4.93 1.41 1.41"/><path d="m17.66 17.66 1.41 1.41"/><path d="M2 12h2"/><path d="M20 12h2"/><path d="m6.34 17.66-1.41 1.41"/><path d="m19.07 4.93-1.41 1.41"/>"#,
    );
    pub const TERMINAL: Icon = Icon(r#"<path d="M12 19h8"/><path d="m4 17 6-6-6-6"/>"#);
    pub const TRASH_2: Icon = Icon(
        r#"<path d="M10 11v6"/><path d="M14 11v6"/><path d="M19 6v14a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V6"/><path d="M3 6h18"/><path d="M8 6V4a2 2 0 0 1 2-2h4a2 2 0 0 1 2 2v2"/>"#,
    );
    pub const TRIANGLE_ALERT: Icon = Icon(
        r#"<path d="m21.73 18-8-14a2 2 0 0 0-3.48 0l-8 14A2 2 0 0 0 4 21h16a2 2 0 0 0 1.73-3"/><path d="M12 9v4"/><path d="M12 17h.01"/>"#,
    );
    pub const UNDO_2: Icon = Icon(
        r#"<path d="M9 14 4 9l5-5"/><path d="M4 9h10.5a5.5 5.5 0 0 1 5.5 5.5 5.5 5.5 0 0 1-5.5 5.5H11"/>"#,
    );
    pub const WRENCH: Icon = Icon(
        r#"<path d="M14.7 6.3a1 1 0 0 0 0 1.4l1.6 1.6a1 1 0 0 0 1.4 0l3.77-3.77a6 6 0 0 1-7.94 7.94l-6.91 6.91a2.12 2.12 0 0 1-3-3l6.91-6.91a6 6 0 0 1 7.94-7.94l-3.76 3.76z"/>"#,
    );
    pub const X: Icon = Icon(r#"<path d="M18 6 6 18"/><path d="m6 6 12 12"/>"#);
    pub const ZAP: Icon = Icon(
        r#"<path d="M15.914 4a1.5 1.5 0 00-2.474-1.561l-9 9A1.5 1.5 0 005.5 14h4.002a.5.5 0 01.471.666L8.086 20a1.5 1.5 0 002.475 1.56l9-9A1.5 1.5 0 0018.5 10h-3.997a.5.5 0 01-.472-.667z"/>"#,
    );
    /// A ship's wheel, drawn for this page.
    pub const WHEEL: Icon = Icon(
        r#"<path d="M12 9.4L12 1.2M13.84 10.16L19.64 4.36M14.6 12L22.8 12M13.84 13.84L19.64 19.64M12 14.6L12 22.8M10.16 13.84L4.36 19.64M9.4 12L1.2 12M10.16 10.16L4.36 4.36"/><circle cx="12" cy="12" r="6.8"/><circle cx="12" cy="12" r="2.6"/>"#,
    );
}
