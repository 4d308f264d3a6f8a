//! `runtime:url`: URLs by the WHATWG's rules.

use crate::native::native_module;
use rquickjs::{Ctx, IntoJs, Result, Value, convert::List, function::Opt};
use url::{Position, Url, quirks};

native_module! {
    /// See runtime/url.d.ts.
    UrlModule;
    "parseUrl" = parse;
    "setUrlPart" = set_part;
}

/// Where the parts of a URL begin and end in its text, in the order of runtime/url.d.ts.
const POSITIONS: [Position; 12] = [
    Position::AfterScheme,
    Position::BeforeUsername,
    Position::AfterUsername,
    Position::BeforePassword,
    Position::AfterPassword,
    Position::BeforeHost,
    Position::AfterHost,
    Position::BeforePort,
    Position::AfterPort,
    Position::BeforePath,
    Position::AfterPath,
    Position::AfterQuery,
];

/// A URL's text, and the positions in it: a caller asks for one or two of its eleven parts.
struct Parsed(Url);

impl<'js> IntoJs<'js> for Parsed {
    fn into_js(self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        let Parsed(url) = self;
        // The text is ASCII, so bytes are UTF-16 units.
        let positions = POSITIONS.map(|position| url[..position].len() as i32);
        List((url.as_str(), positions.to_vec())).into_js(ctx)
    }
}

fn parse(input: String, base: Opt<Option<String>>) -> Option<Parsed> {
    let url = match base.0.flatten() {
        None => Url::parse(&input),
        Some(base) => Url::parse(&base).and_then(|base| base.join(&input)),
    };
    url.ok().map(Parsed)
}

fn set_part(href: String, part: String, value: String) -> Option<Parsed> {
    let mut url = Url::parse(&href).ok()?;
    // A value that the part cannot have changes nothing.
    match part.as_str() {
        "protocol" => _ = quirks::set_protocol(&mut url, &value),
        "host" => _ = quirks::set_host(&mut url, &value),
        "hostname" => _ = quirks::set_hostname(&mut url, &value),
        "port" => _ = quirks::set_port(&mut url, &value),
        "pathname" => quirks::set_pathname(&mut url, &value),
        "search" => quirks::set_search(&mut url, &value),
        "hash" => quirks::set_hash(&mut url, &value),
        _ => return None,
    }
    Some(Parsed(url))
}
