//! The bi-LSTM on plain slices: both directions beside one another, products by `gemm`, the recurrence by
//! [`super::kernel`].

use std::borrow::Cow;

use pulp::Arch;
use xner_gemm::{Matrix, product};

use super::kernel::{Direction, Forward, Reverse, Source, States, Upstream};
use super::{BiLstmSpec, Emit};

/// The inputs of a call, as row-major slices.
#[derive(Clone, Copy)]
pub(super) struct Inputs<'a> {
    /// `[table rows, features]`
    pub(super) x: &'a [f32],
    pub(super) features: usize,
    /// `[features, cells * 4 * hidden]`
    pub(super) w_ih: &'a [f32],
    /// `[hidden, cells * 4 * hidden]`
    pub(super) w_hh: &'a [f32],
    /// `[cells * 4 * hidden]`
    pub(super) bias: &'a [f32],
}

/// The states of both directions, which the gradient needs.
pub(super) struct Saved([States; 2]);

/// The gradients of a call's inputs, in their order; those not asked for are absent.
pub(super) struct Gradients {
    pub(super) x: Option<Vec<f32>>,
    pub(super) w_ih: Vec<f32>,
    pub(super) w_hh: Vec<f32>,
    pub(super) bias: Vec<f32>,
}

const DIRECTIONS: [Direction; 2] = [Direction::Forward, Direction::Backward];

/// The states of all rows or at the ends, see [`Emit`], and, with `SAVE`, what the gradient needs.
pub(super) fn forward<const SAVE: bool>(spec: &BiLstmSpec, inputs: Inputs<'_>) -> (Vec<f32>, Saved) {
    let shared = spec.tied.then(|| project(spec, inputs, 0));
    let run = |direction| run::<SAVE>(spec, inputs, direction, shared.as_deref());
    let (a, b) = rayon::join(|| run(DIRECTIONS[0]), || run(DIRECTIONS[1]));
    let saved = Saved([a, b]);
    (emit(spec, &saved), saved)
}

/// The cell whose weights a direction uses.
fn cell(spec: &BiLstmSpec, direction: Direction) -> usize {
    usize::from(!spec.tied && direction == Direction::Backward)
}

/// `x W + b` of one cell over all rows of the input table: `[table rows, 4 * hidden]`.
fn project(spec: &BiLstmSpec, inputs: Inputs<'_>, cell: usize) -> Vec<f32> {
    let gates = 4 * spec.hidden;
    let columns = gates * spec.cells();
    let rows = inputs.x.len() / inputs.features.max(1);
    let bias = &inputs.bias[cell * gates..][..gates];
    let mut out = bias.repeat(rows);
    let weights = Matrix::strided(&inputs.w_ih[cell * gates..], inputs.features, gates, columns);
    product(&mut out, gates, Matrix::new(inputs.x, rows, inputs.features), weights, true);
    out
}

fn run<const SAVE: bool>(
    spec: &BiLstmSpec,
    inputs: Inputs<'_>,
    direction: Direction,
    shared: Option<&[f32]>,
) -> States {
    let (units, rows) = (spec.hidden, spec.packing.rows());
    let cell = cell(spec, direction);
    let projected = match shared {
        Some(shared) => Cow::Borrowed(shared),
        None => Cow::Owned(project(spec, inputs, cell)),
    };
    let (gates, source) = match spec.ids.as_deref() {
        Some(ids) if SAVE => (vec![0.0; rows * 4 * units], Source::Table(&projected, ids)),
        Some(ids) => (Vec::new(), Source::Table(&projected, ids)),
        None => (projected.into_owned(), Source::InPlace),
    };
    let mut states = States { gates, cells: vec![0.0; rows * units], hidden: vec![0.0; rows * units] };
    Arch::new().dispatch(Forward::<SAVE> {
        packing: &spec.packing,
        direction,
        units,
        recurrent: &inputs.w_hh[cell * 4 * units..],
        stride: spec.cells() * 4 * units,
        source,
        states: &mut states,
    });
    states
}

/// Both directions' states side by side.
fn emit(spec: &BiLstmSpec, Saved([forward, backward]): &Saved) -> Vec<f32> {
    let (units, packing) = (spec.hidden, &spec.packing);
    if spec.emit == Emit::All {
        return side_by_side(&forward.hidden, &backward.hidden, units);
    }
    let mut out = Vec::with_capacity(spec.outputs() * 2 * units);
    for (sequence, &len) in packing.lengths().iter().enumerate() {
        if len == 0 {
            out.resize(out.len() + 2 * units, 0.0);
            continue;
        }
        out.extend_from_slice(&forward.hidden[packing.row(sequence, len - 1) * units..][..units]);
        out.extend_from_slice(&backward.hidden[packing.row(sequence, 0) * units..][..units]);
    }
    out
}

/// The gradients, given that of the output (`[rows or sequences, 2 * hidden]`).
pub(super) fn backward(
    spec: &BiLstmSpec,
    inputs: Inputs<'_>,
    saved: &Saved,
    grad: &[f32],
    want_x: bool,
) -> Gradients {
    let run = |direction: usize| run_backward(spec, inputs, saved, grad, want_x, direction);
    let (mut first, second) = rayon::join(|| run(0), || run(1));
    if spec.tied {
        add(&mut first.w_ih, &second.w_ih);
        add(&mut first.w_hh, &second.w_hh);
        add(&mut first.bias, &second.bias);
    } else {
        let gates = 4 * spec.hidden;
        first.w_ih = side_by_side(&first.w_ih, &second.w_ih, gates);
        first.w_hh = side_by_side(&first.w_hh, &second.w_hh, gates);
        first.bias.extend_from_slice(&second.bias);
    }
    if let (Some(x), Some(other)) = (&mut first.x, &second.x) {
        add(x, other);
    }
    first
}

fn run_backward(
    spec: &BiLstmSpec,
    inputs: Inputs<'_>,
    Saved(states): &Saved,
    grad: &[f32],
    want_x: bool,
    at: usize,
) -> Gradients {
    let (units, features, packing) = (spec.hidden, inputs.features, &spec.packing);
    let (direction, states) = (DIRECTIONS[at], &states[at]);
    let (gates, rows) = (4 * units, packing.rows());
    let cell = cell(spec, direction);
    let mut d_gates = vec![0.0; rows * gates];
    Arch::new().dispatch(Reverse {
        packing,
        direction,
        units,
        recurrent: &inputs.w_hh[cell * gates..],
        stride: spec.cells() * gates,
        states,
        upstream: match spec.emit {
            Emit::All => Upstream::All(grad, at * units),
            Emit::Ends => Upstream::Ends(grad, at * units),
        },
        width: 2 * units,
        out: &mut d_gates,
    });

    // dU = h'^T dgates, with zeros for h' where a sequence starts.
    let mut before = Vec::with_capacity(rows * units);
    for step in 0..packing.steps() {
        let previous = direction.previous(packing, step);
        before.extend_from_slice(&states.hidden[previous.start * units..previous.end * units]);
        before.resize(packing.step(step).end * units, 0.0);
    }
    let mut w_hh = vec![0.0; units * gates];
    let d = Matrix::new(&d_gates, rows, gates);
    product(&mut w_hh, gates, Matrix::new(&before, rows, units).transposed(), d, false);

    // Rows that read the same table row add up there first: the products below then run over the table.
    let table;
    let d_inputs: &[f32] = match spec.ids.as_deref() {
        Some(ids) => {
            table = scatter(&d_gates, ids, inputs.x.len() / features.max(1), gates);
            &table
        }
        None => &d_gates,
    };
    let inputs_rows = d_inputs.len() / gates;
    let d = Matrix::new(d_inputs, inputs_rows, gates);
    let x = Matrix::new(inputs.x, inputs_rows, features);
    let mut w_ih = vec![0.0; features * gates];
    product(&mut w_ih, gates, x.transposed(), d, false);
    let mut bias = vec![0.0; gates];
    for row in d_inputs.chunks_exact(gates) {
        add(&mut bias, row);
    }
    let x = want_x.then(|| {
        let frozen = spec.frozen.min(features);
        let mut out = vec![0.0; inputs_rows * features];
        let columns = spec.cells() * gates;
        let live = features - frozen;
        if live > 0 && inputs_rows > 0 {
            let weights =
                Matrix::strided(&inputs.w_ih[frozen * columns + cell * gates..], live, gates, columns);
            product(&mut out[frozen..], features, d, weights.transposed(), false);
        }
        out
    });
    Gradients { x, w_ih, w_hh, bias }
}

fn scatter(rows: &[f32], ids: &[u32], table_rows: usize, width: usize) -> Vec<f32> {
    let mut table = vec![0.0; table_rows * width];
    for (row, &id) in rows.chunks_exact(width).zip(ids) {
        add(&mut table[id as usize * width..][..width], row);
    }
    table
}

fn add(to: &mut [f32], from: &[f32]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += from;
    }
}

fn side_by_side(a: &[f32], b: &[f32], width: usize) -> Vec<f32> {
    let mut out = Vec::with_capacity(a.len() + b.len());
    for (a, b) in a.chunks_exact(width).zip(b.chunks_exact(width)) {
        out.extend_from_slice(a);
        out.extend_from_slice(b);
    }
    out
}
