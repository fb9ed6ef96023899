//! In what form the integers and the scales of a matrix are stored: which bits of which line are whose.

use super::{BLOCK, LANES, Line};

/// Values of each of the sixteen rows that one line holds as bytes.
pub(super) const LINE_VALUES: usize = 4;

/// Values of a span where groups have multiples of shared scales.
pub(super) const SUPERBLOCK: usize = 256;

/// How the scales of groups are stored. Those that share a 16-bit float are a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scales {
    /// A 16-bit float for every 32 values.
    Floats,
    /// Two, the second being the least value.
    FloatsAndLeasts,
    /// Two 16-bit floats for every 256 values, and for every 32 a multiple of each, of six bits; the second is what is taken
    /// away. The multiples are twelve bytes, as in the file: four with those of the first four scales and four with those
    /// of the first four least values, in whose upper two bits are the upper bits of the last four, and four bytes with the
    /// lower halves of these.
    SixBits,
    /// A 16-bit float for every 256 values, and for every 16 a multiple of it, a signed byte.
    Signed,
}

/// What the integers of a matrix mean: value = scale × (integer − zero) + least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    /// Bits of the integers: 4, 5, 6 or 8.
    pub(super) bits: usize,
    pub(super) scales: Scales,
}

/// Signed bytes, stored with 128 added.
pub(super) const BYTES: Form = Form { bits: 8, scales: Scales::Floats };

impl Form {
    /// The integer that stands for nothing.
    pub(super) fn zero(self) -> i32 {
        if self.leasts() { 0 } else { 1 << (self.bits - 1) }
    }

    /// Whether each group has a least value of its own.
    pub(super) fn leasts(self) -> bool {
        match self.scales {
            Scales::FloatsAndLeasts | Scales::SixBits => true,
            Scales::Floats | Scales::Signed => false,
        }
    }

    /// How many groups of values, each with a scale, a block has.
    pub(super) fn groups_of_block(self) -> usize {
        match self.scales {
            Scales::Floats | Scales::FloatsAndLeasts | Scales::SixBits => 1,
            Scales::Signed => 2,
        }
    }

    /// Numbers that a block has to itself: the scales of its groups and the least value.
    pub(super) fn scales_of_block(self) -> usize {
        self.groups_of_block() + usize::from(self.leasts())
    }

    /// Values that share 16-bit floats.
    pub(super) fn span(self) -> usize {
        match self.scales {
            Scales::Floats | Scales::FloatsAndLeasts => BLOCK,
            Scales::SixBits | Scales::Signed => SUPERBLOCK,
        }
    }

    /// How many 16-bit floats they share.
    pub(super) fn floats_of_span(self) -> usize {
        if self.leasts() { 2 } else { 1 }
    }

    /// Lines of the integers of a block: a value of each row and each place of a bit is a bit.
    pub(super) fn lines_of_block(self) -> usize {
        self.bits
    }

    /// Lines of the multiples of a span, sixteen rows × four bytes each.
    pub(super) fn lines_of_multiples(self) -> usize {
        match self.scales {
            Scales::Floats | Scales::FloatsAndLeasts => 0,
            Scales::SixBits => 3,
            Scales::Signed => 4,
        }
    }

    /// Lines of sixteen rows, in the order in which they are read: of floats, two times sixteen a line, of multiples and of
    /// integers.
    pub(super) fn parts_of_strip(self, width: usize) -> [usize; 3] {
        let spans = width / self.span();
        let floats = (spans * self.floats_of_span()).div_ceil(2);
        [floats, spans * self.lines_of_multiples(), width / BLOCK * self.lines_of_block()]
    }

    /// Bytes that so many values take.
    pub(super) fn bytes_of(self, values: usize) -> usize {
        let of_span = self.lines_of_multiples() * size_of::<Line>() / LANES + self.floats_of_span() * 2;
        values * self.bits / 8 + values / self.span() * of_span
    }
}

/// Where some bits of a four of integers stand, each in its own byte of the lane's four.
pub(super) struct Place {
    pub(super) line: usize,
    /// The first bit in the bytes.
    pub(super) shift: usize,
    /// The first of the integers' bits.
    pub(super) from: usize,
    /// As many ones as there are bits, in each of the four bytes.
    pub(super) mask: u32,
}

/// Where the fours of a row stand, by their number. A block is eight fours of values. Bytes have a line for each four. Otherwise
/// the lower halves of the first four fours and of the last four share four lines, and the upper bits of all follow in one or
/// two.
pub(super) fn place(form: Form, number: usize) -> [Option<Place>; 2] {
    const IN_EACH_BYTE: u32 = 0x0101_0101;
    const FOURS: usize = BLOCK / LINE_VALUES;
    let (block, four) = (number / FOURS, number % FOURS);
    let first = block * form.lines_of_block();
    if form.bits == 8 {
        return [Some(Place { line: first + four, shift: 0, from: 0, mask: u32::MAX }), None];
    }
    let lower = Place { line: first + four % 4, shift: four / 4 * 4, from: 0, mask: 0x0f * IN_EACH_BYTE };
    let (line, shift) = upper(form.bits, four);
    let upper = Place { line: first + line, shift, from: 4, mask: ((1 << (form.bits - 4)) - 1) * IN_EACH_BYTE };
    [Some(lower), (form.bits > 4).then_some(upper)]
}

/// The line of a block that has the upper bits of a four, and where they begin in its bytes.
#[inline(always)]
#[allow(clippy::inline_always, reason = "the kernels call it with constants")]
pub(super) fn upper(bits: usize, four: usize) -> (usize, usize) {
    if bits == 6 { (4 + four / 4, four % 4 * 2) } else { (4, four) }
}
