//! Bodies sent as `aws-chunked`: in chunks, with checksums behind the last one.

/// The content of such a body, or nothing when it is malformed.
pub(super) fn decode(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    loop {
        let (head, after) = line(rest)?;
        // A signature of the chunk may follow its size.
        let size = head.split(';').next()?;
        let size = usize::from_str_radix(size.trim(), 16).ok()?;
        if size == 0 {
            return Some(content);
        }
        content.extend(after.get(..size)?);
        rest = after.get(size..)?.strip_prefix(b"\r\n")?;
    }
}

fn line(text: &[u8]) -> Option<(&str, &[u8])> {
    let end = text.windows(2).position(|pair| pair == b"\r\n")?;
    Some((std::str::from_utf8(text.get(..end)?).ok()?, text.get(end + 2..)?))
}
