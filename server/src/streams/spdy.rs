//! SPDY/3.1, as far as `kubectl port-forward` speaks it: frames out of a stream of bytes, and into
//! one. There is no flow control; clients of Kubernetes do not ask for it.
//!
//! <https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/>

mod dictionary;

use std::collections::BTreeMap;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

/// The longest frame that is taken.
const FRAME_MAX: usize = 1 << 20;
/// The longest header block, unpacked.
const HEADERS_MAX: usize = 16 << 10;

const CONTROL: u16 = 0x8003;
const SYN_STREAM: u16 = 1;
const SYN_REPLY: u16 = 2;
const RST_STREAM: u16 = 3;
const PING: u16 = 6;
const GOAWAY: u16 = 7;
const FIN: u8 = 1;

/// A frame. Those that port-forward has no use for are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// A stream begins.
    Open {
        stream: u32,
        headers: BTreeMap<String, String>,
        last: bool,
    },
    /// It is taken.
    Reply {
        stream: u32,
    },
    Data {
        stream: u32,
        bytes: Bytes,
        last: bool,
    },
    /// It is broken off.
    Reset {
        stream: u32,
    },
    Ping {
        id: u32,
    },
    /// The connection ends.
    GoAway,
}

/// Why bytes are no SPDY. The connection cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Malformed {
    #[error("a frame is too long")]
    TooLong,
    #[error("a frame is too short for what it is")]
    TooShort,
    #[error("headers cannot be unpacked")]
    Headers,
}

/// Reads frames from bytes that come in pieces of any size.
pub(super) struct Reader {
    pending: BytesMut,
    inflate: Decompress,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reader({} bytes)", self.pending.len())
    }
}

impl Reader {
    pub(super) fn new() -> Self {
        Self { pending: BytesMut::new(), inflate: Decompress::new(true) }
    }

    /// Takes bytes that have come.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
    }

    /// The next frame that is whole; none until more has come.
    pub(super) fn next(&mut self) -> Result<Option<Frame>, Malformed> {
        while self.pending.len() >= 8 {
            let head = &self.pending[..8];
            let length = u32::from_be_bytes([0, head[5], head[6], head[7]]) as usize;
            if length > FRAME_MAX {
                return Err(Malformed::TooLong);
            }
            if self.pending.len() < 8 + length {
                return Ok(None);
            }
            let mut head = self.pending.split_to(8);
            let content = self.pending.split_to(length).freeze();
            let (first, flags) = (head.get_u32(), head.get_u8());
            let last = flags & FIN != 0;
            if first >> 31 == 0 {
                return Ok(Some(Frame::Data { stream: first, bytes: content, last }));
            }
            if let Some(frame) = self.control((first & 0xffff) as u16, last, content)? {
                return Ok(Some(frame));
            }
        }
        Ok(None)
    }

    fn control(
        &mut self,
        kind: u16,
        last: bool,
        mut content: Bytes,
    ) -> Result<Option<Frame>, Malformed> {
        let needed = match kind {
            SYN_STREAM => 10,
            SYN_REPLY | RST_STREAM | PING => 4,
            GOAWAY => return Ok(Some(Frame::GoAway)),
            _ => return Ok(None),
        };
        if content.len() < needed {
            return Err(Malformed::TooShort);
        }
        let number = content.get_u32() & 0x7fff_ffff;
        Ok(Some(match kind {
            SYN_STREAM => {
                // Which stream it belongs to, its priority, its slot.
                content.advance(6);
                let headers = self.headers(&content)?;
                Frame::Open { stream: number, headers, last }
            }
            SYN_REPLY => Frame::Reply { stream: number },
            RST_STREAM => Frame::Reset { stream: number },
            _ => Frame::Ping { id: number },
        }))
    }

    /// Unpacks a block of headers. All of a connection are one stream of zlib.
    fn headers(&mut self, packed: &[u8]) -> Result<BTreeMap<String, String>, Malformed> {
        let mut block = Vec::with_capacity(HEADERS_MAX);
        let mut rest = packed;
        while !rest.is_empty() {
            let before = self.inflate.total_in();
            let done = self.inflate.decompress_vec(rest, &mut block, FlushDecompress::Sync);
            rest = &rest[(self.inflate.total_in() - before) as usize..];
            match done {
                Err(error) if error.needs_dictionary().is_some() => {
                    let set = self.inflate.set_dictionary(&dictionary::DICTIONARY);
                    set.map_err(|_| Malformed::Headers)?;
                }
                Ok(Status::Ok) if block.len() < block.capacity() => {
                    if self.inflate.total_in() == before {
                        break;
                    }
                }
                _ => return Err(Malformed::Headers),
            }
        }
        pairs(&block).ok_or(Malformed::Headers)
    }
}

fn pairs(mut block: &[u8]) -> Option<BTreeMap<String, String>> {
    let text = |block: &mut &[u8]| {
        let length = (block.len() >= 4).then(|| block.get_u32() as usize)?;
        let (text, rest) = block.split_at_checked(length)?;
        *block = rest;
        Some(String::from_utf8_lossy(text).into_owned())
    };
    let count = (block.len() >= 4).then(|| block.get_u32())?;
    (0..count).map(|_| Some((text(&mut block)?, text(&mut block)?))).collect()
}

/// Writes frames.
pub(super) struct Writer {
    deflate: Compress,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Writer")
    }
}

impl Writer {
    pub(super) fn new() -> Self {
        Self { deflate: Compress::new(Compression::fast(), true) }
    }

    /// The bytes of a frame.
    pub(super) fn bytes(&mut self, frame: &Frame) -> Bytes {
        match frame {
            Frame::Data { stream, bytes, last } => {
                let mut out = head(*stream, u8::from(*last), bytes.len());
                out.put_slice(bytes);
                out.freeze()
            }
            Frame::Reply { stream } => {
                let packed = self.packed(&BTreeMap::new());
                control(SYN_REPLY, 0, &[&stream.to_be_bytes(), &packed])
            }
            Frame::Open { stream, headers, last } => {
                let packed = self.packed(headers);
                let parts: [&[u8]; 3] = [&stream.to_be_bytes(), &[0; 6], &packed];
                control(SYN_STREAM, u8::from(*last), &parts)
            }
            // Code 5: cancelled.
            Frame::Reset { stream } => {
                control(RST_STREAM, 0, &[&stream.to_be_bytes(), &5_u32.to_be_bytes()])
            }
            Frame::Ping { id } => control(PING, 0, &[&id.to_be_bytes()]),
            Frame::GoAway => control(GOAWAY, 0, &[&[0; 8]]),
        }
    }

    /// A block of headers. It needs no dictionary: that only saves bytes.
    fn packed(&mut self, headers: &BTreeMap<String, String>) -> Vec<u8> {
        let mut block = (headers.len() as u32).to_be_bytes().to_vec();
        for text in headers.iter().flat_map(|(name, value)| [name, value]) {
            block.put_u32(text.len() as u32);
            block.put_slice(text.as_bytes());
        }
        let mut packed = Vec::with_capacity(block.len() + 64);
        // There is room for all of it, and so there is nothing that can fail.
        let _ = self.deflate.compress_vec(&block, &mut packed, FlushCompress::Sync);
        packed
    }
}

fn head(first: u32, flags: u8, length: usize) -> BytesMut {
    let mut out = BytesMut::with_capacity(8 + length);
    out.put_u32(first);
    out.put_u32((u32::from(flags) << 24) | length as u32);
    out
}

fn control(kind: u16, flags: u8, parts: &[&[u8]]) -> Bytes {
    let length = parts.iter().map(|part| part.len()).sum();
    let mut out = head((u32::from(CONTROL) << 16) | u32::from(kind), flags, length);
    parts.iter().for_each(|part| out.put_slice(part));
    out.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames() -> Vec<Frame> {
        let headers = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let opening = headers(&[("streamtype", "error"), ("port", "80"), ("requestid", "0")]);
        let data = headers(&[("streamtype", "data"), ("port", "80"), ("requestid", "0")]);
        vec![
            Frame::Open { stream: 1, headers: opening, last: false },
            Frame::Data { stream: 1, bytes: Bytes::new(), last: true },
            Frame::Open { stream: 3, headers: data, last: false },
            Frame::Reply { stream: 1 },
            Frame::Data {
                stream: 3,
                bytes: Bytes::from_static(b"GET / HTTP/1.1\r\n"),
                last: false,
            },
            Frame::Ping { id: 7 },
            Frame::Reset { stream: 3 },
            Frame::GoAway,
        ]
    }

    fn written() -> Vec<u8> {
        let mut writer = Writer::new();
        frames().iter().flat_map(|frame| writer.bytes(frame)).collect()
    }

    fn read(reader: &mut Reader) -> Vec<Frame> {
        std::iter::from_fn(|| reader.next().expect("well formed")).collect()
    }

    #[test]
    fn frames_survive_any_cut() {
        let bytes = written();
        for size in [1, 2, 3, 7, 8, 9, bytes.len()] {
            let mut reader = Reader::new();
            let mut seen = Vec::new();
            for piece in bytes.chunks(size) {
                reader.feed(piece);
                seen.extend(read(&mut reader));
            }
            assert_eq!(seen, frames(), "in pieces of {size}");
        }
    }

    /// As kubectl packs them.
    #[test]
    fn headers_with_the_dictionary() {
        let mut deflate = Compress::new(Compression::default(), true);
        deflate.set_dictionary(&dictionary::DICTIONARY).expect("a dictionary");
        let mut writer = Writer { deflate };
        let mut reader = Reader::new();
        for frame in frames() {
            reader.feed(&writer.bytes(&frame));
        }
        assert_eq!(read(&mut reader), frames());
    }

    #[test]
    fn what_is_no_spdy_is_found_out() {
        let check = |bytes: &[u8], expect: Malformed| {
            let mut reader = Reader::new();
            reader.feed(bytes);
            assert_eq!(reader.next(), Err(expect), "{bytes:?}");
        };
        check(b"GET / HTTP/1.1\r\n\r\n", Malformed::TooLong);
        check(&[0x80, 3, 0, 6, 0, 0, 0, 0], Malformed::TooShort);
        let open = [&[0x80, 3, 0, 1, 0, 0, 0, 14][..], &[0, 0, 0, 1, 0, 0, 0, 0, 0, 0], b"nope"];
        check(&open.concat(), Malformed::Headers);
    }
}
