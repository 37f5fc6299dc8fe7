//! The wire format: fields, each a number and a payload.
//! <https://protobuf.dev/programming-guides/encoding/>

use super::Unreadable;

/// One field of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field<'a> {
    pub(super) number: u64,
    pub(super) payload: Payload<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Payload<'a> {
    /// A varint, or a number of fixed width.
    Number(u64),
    /// A text, bytes, or a message.
    Bytes(&'a [u8]),
}

/// The fields of a message, up to the first that cannot be read.
pub(super) fn fields(bytes: &[u8]) -> impl Iterator<Item = Result<Field<'_>, Unreadable>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let field = field(&mut rest);
        if field.is_err() {
            rest = &[];
        }
        Some(field)
    })
}

fn field<'a>(rest: &mut &'a [u8]) -> Result<Field<'a>, Unreadable> {
    let tag = varint(rest)?;
    let payload = match tag & 7 {
        0 => Payload::Number(varint(rest)?),
        1 => Payload::Number(little_endian(take(rest, 8)?)),
        2 => {
            let length = usize::try_from(varint(rest)?).map_err(|_| Unreadable::Truncated)?;
            Payload::Bytes(take(rest, length)?)
        }
        5 => Payload::Number(little_endian(take(rest, 4)?)),
        other => return Err(Unreadable::WireType(other)),
    };
    Ok(Field { number: tag >> 3, payload })
}

fn varint(rest: &mut &[u8]) -> Result<u64, Unreadable> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(rest, 1)?[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(Unreadable::Truncated)
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8], Unreadable> {
    let (taken, left) = rest.split_at_checked(count).ok_or(Unreadable::Truncated)?;
    *rest = left;
    Ok(taken)
}

fn little_endian(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}
