//! Text that somebody else wrote, in a form that shows what it is.

/// The longest text of others that is shown, in characters; longer ones are cut.
const LONGEST: usize = 400;

/// `text` with everything that is not seen, breaks a line, or turns its direction written as an escape, and cut to a sensible length.
///
/// What is left cannot forge a line of a mail, hide a part of a name, or show it in another order than it is read. Nor does a
/// mail program make a link of it: the `://` of a web address is written `[:]//`, and its `www.` is written `www[.]`.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (count, (at, c)) in text.char_indices().enumerate() {
        if count == LONGEST {
            shown.push('…');
            break;
        }
        if is_hidden(c) {
            shown.extend(c.escape_unicode());
        } else if makes_a_link(text, at) {
            shown.extend(['[', c, ']']);
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Whether the character at this place is what mail programs know a web address by.
fn makes_a_link(text: &str, at: usize) -> bool {
    let (before, after) = text.split_at_checked(at).unwrap_or_default();
    let www = before
        .as_bytes()
        .last_chunk()
        .is_some_and(|last: &[u8; 3]| last.eq_ignore_ascii_case(b"www"));
    after.starts_with("://") || (www && after.starts_with('.'))
}

/// Control and format characters, separators of lines and paragraphs, blanks other than the space, and what is for private use.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(
            u32::from(c),
            0xAD | 0x34F | 0x61C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F
                | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0x2800 | 0x3164
                | 0xE000..=0xF8FF | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB
                | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF | 0xF0000..=0x10FFFF
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_stays() {
        for text in ["ana", "o'neil+ci@example.com", "<b>&\"'", "Zoë Ångström 中文 😀", "=1+1"]
        {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn what_is_not_seen_is_written_out() {
        for (text, shown) in [
            ("a\r\nBcc: b", "a\\u{d}\\u{a}Bcc: b"),
            ("a\u{2028}b\u{2029}c\u{85}", "a\\u{2028}b\\u{2029}c\\u{85}"),
            ("\u{202e}gpj.exe", "\\u{202e}gpj.exe"),
            ("a\u{200b}\u{feff}\u{ad}b", "a\\u{200b}\\u{feff}\\u{ad}b"),
            ("a\u{a0}b\tc\0", "a\\u{a0}b\\u{9}c\\u{0}"),
        ] {
            assert_eq!(visible(text), shown);
        }
    }

    #[test]
    fn a_web_address_is_no_link() {
        for (text, shown) in [
            ("see https://evil.example/x", "see https[:]//evil.example/x"),
            ("FTP://evil.example", "FTP[:]//evil.example"),
            ("://://", "[:]//[:]//"),
            ("www.evil.example", "www[.]evil.example"),
            ("WwW.evil.example wWW.", "WwW[.]evil.example wWW[.]"),
            ("https://www.evil.example", "https[:]//www[.]evil.example"),
            (".www", ".www"),
            ("a:b//c ww.x arn:aws:iam::1:user/a//b", "a:b//c ww.x arn:aws:iam::1:user/a//b"),
        ] {
            assert_eq!(visible(text), shown);
            assert_eq!(visible(shown), shown);
        }
    }

    #[test]
    fn no_text_is_longer_than_a_paragraph() {
        assert_eq!(visible(&"x".repeat(401)), format!("{}…", "x".repeat(400)));
        assert_eq!(visible(&"x".repeat(400)), "x".repeat(400));
    }
}
