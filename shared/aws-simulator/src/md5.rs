//! The digest that S3 uses for entity tags and SQS for bodies (RFC 1321).

const SHIFTS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

/// The 16 bytes of the digest.
pub(crate) fn md5(message: &[u8]) -> Vec<u8> {
    let mut padded = message.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    let bits = (message.len() as u64).wrapping_mul(8);
    padded.extend(bits.to_le_bytes());
    let mut state = [0x6745_2301_u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for block in padded.chunks_exact(64) {
        let words: Vec<u32> = block.chunks_exact(4).map(little_endian).collect();
        let mixed = mix(state, &words);
        for (own, mixed) in state.iter_mut().zip(mixed) {
            *own = own.wrapping_add(mixed);
        }
    }
    state.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn mix([mut a, mut b, mut c, mut d]: [u32; 4], words: &[u32]) -> [u32; 4] {
    for (round, shifts) in SHIFTS.iter().enumerate() {
        for (step, shift) in (0..16).zip(shifts.iter().cycle()) {
            let (mixed, word) = match round {
                0 => ((b & c) | (!b & d), step),
                1 => ((d & b) | (!d & c), (5 * step + 1) % 16),
                2 => (b ^ c ^ d, (3 * step + 5) % 16),
                _ => (c ^ (b | !d), (7 * step) % 16),
            };
            let word = words.get(word).copied().unwrap_or_default();
            let sum =
                a.wrapping_add(mixed).wrapping_add(constant(16 * round + step)).wrapping_add(word);
            (a, d, c, b) = (d, c, b, b.wrapping_add(sum.rotate_left(*shift)));
        }
    }
    [a, b, c, d]
}

/// The constant of a step: the sine of its number, counted from one, as 32 bits.
fn constant(step: usize) -> u32 {
    let number = f64::from(u8::try_from(step + 1).unwrap_or(u8::MAX));
    (number.sin().abs() * 4_294_967_296.0) as u32
}

fn little_endian(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::md5;
    use crate::signature::hex;

    // RFC 1321, test suite.
    #[test]
    fn the_digests_of_the_test_suite_come_out() {
        let digits = "1234567890".repeat(8);
        for (message, digest) in [
            ("", "d41d8cd98f00b204e9800998ecf8427e"),
            ("abc", "900150983cd24fb0d6963f7d28e17f72"),
            ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
            (digits.as_str(), "57edf4a22be3c955ac49da2e2107b67a"),
        ] {
            assert_eq!(hex(&md5(message.as_bytes())), digest, "{message}");
        }
    }
}
