//! Weights to 8 bits, and the file of the model.
//!
//! Each output of a linear layer has its own step. Before that, every input column is divided by
//! `sqrt(rms of the input / largest weight of the column)` and the weights are multiplied by it: columns whose inputs are
//! large lend some of their range to the weights, which loses less when both become 8-bit numbers.

use embed::layout::{self, LINEARS};
use embed::shape::{DIMENSION, LAYERS};

use super::reference::{Linear, Model, Norm};
use super::source::Source;

/// Codes of weights are within -127..=127.
const LARGEST: f32 = 127.0;
/// No range is smaller, so that a dead column divides nothing by 0.
const SMALLEST: f32 = 1e-5;

/// The bytes of the model's file.
pub(crate) fn model(source: &Source, calibration: &str) -> Result<Vec<u8>, String> {
    let words = source.words()?;
    let table = layout::word_table(words.iter().map(String::as_str));
    let ends: Vec<u32> = words
        .iter()
        .scan(0, |end, word| {
            *end += word.len() as u32;
            Some(*end)
        })
        .collect();
    let text = words.concat().into_bytes();
    let known = embed::Words { text: &text, ends: &ends, table: &table };
    let model = Model::read(source)?;
    let inputs = input_sizes(&model, &known, calibration);

    let (codes, scales) = rows_to_codes(&model.words, DIMENSION);
    let mut sections = vec![
        text.clone(),
        ends.iter().flat_map(|end| end.to_le_bytes()).collect(),
        table.iter().flat_map(|number| number.to_le_bytes()).collect(),
        bytes_of_codes(&codes),
        bytes_of(&scales),
        bytes_of(&model.positions),
    ];
    push_norm(&mut sections, &model.norm);
    for (layer, inputs) in model.layers.iter().zip(&inputs) {
        for (linear, inputs) in layer.linears.iter().zip(inputs) {
            push_linear(&mut sections, linear, inputs);
        }
        push_norm(&mut sections, &layer.attention_norm);
        push_norm(&mut sections, &layer.feed_norm);
    }
    layout::write(&sections).map_err(|error| error.to_string())
}

/// The root mean square of every input column of every linear layer, over the calibration text.
fn input_sizes(model: &Model, words: &embed::Words<'_>, calibration: &str) -> Vec<[Vec<f32>; 4]> {
    let mut squares = vec![LINEARS.map(|(_, inputs, _)| vec![0.0_f64; inputs]); LAYERS];
    let mut rows = 0;
    for text in calibration.lines() {
        let tokens = words.tokens(text);
        rows += tokens.len();
        model.run(&tokens, &mut |layer, linear, inputs| {
            let squares = &mut squares[layer][linear];
            for row in inputs.chunks_exact(squares.len()) {
                squares.iter_mut().zip(row).for_each(|(sum, x)| *sum += f64::from(*x) * f64::from(*x));
            }
        });
    }
    let root = |sums: Vec<f64>| sums.into_iter().map(|sum| (sum / rows as f64).sqrt() as f32).collect();
    squares.into_iter().map(|linears| linears.map(root)).collect()
}

fn push_linear(sections: &mut Vec<Vec<u8>>, linear: &Linear, sizes: &[f32]) {
    let inputs = sizes.len();
    let mut largest = vec![SMALLEST; inputs];
    for row in linear.weights.chunks_exact(inputs) {
        largest.iter_mut().zip(row).for_each(|(largest, weight)| *largest = largest.max(weight.abs()));
    }
    let share: Vec<f32> =
        sizes.iter().zip(&largest).map(|(size, largest)| (size.max(SMALLEST) / largest).sqrt()).collect();
    let rows = linear.weights.chunks_exact(inputs);
    let weights: Vec<f32> =
        rows.flat_map(|row| row.iter().zip(&share).map(|(weight, share)| weight * share)).collect();
    let (codes, scales) = rows_to_codes(&weights, inputs);
    let sums = codes.chunks_exact(inputs).map(|row| row.iter().map(|code| i32::from(*code)).sum::<i32>());
    let factors: Vec<f32> = share.iter().map(|share| 1.0 / share).collect();
    sections.push(bytes_of_codes(&layout::pack(&codes, inputs)));
    sections.push(bytes_of(&scales));
    sections.push(sums.flat_map(i32::to_le_bytes).collect());
    sections.push(bytes_of(&linear.bias));
    sections.push(bytes_of(&factors));
}

fn push_norm(sections: &mut Vec<Vec<u8>>, norm: &Norm) {
    sections.push(bytes_of(&norm.gamma));
    sections.push(bytes_of(&norm.beta));
}

/// Rows of 8-bit codes, and what a step of each row is worth.
fn rows_to_codes(numbers: &[f32], columns: usize) -> (Vec<i8>, Vec<f32>) {
    let mut codes = Vec::with_capacity(numbers.len());
    let mut scales = Vec::with_capacity(numbers.len() / columns);
    for row in numbers.chunks_exact(columns) {
        let largest = row.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
        let step = if largest > 0.0 { largest / LARGEST } else { 1.0 };
        codes.extend(row.iter().map(|x| (x / step).round_ties_even().clamp(-LARGEST, LARGEST) as i8));
        scales.push(step);
    }
    (codes, scales)
}

fn bytes_of(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn bytes_of_codes(codes: &[i8]) -> Vec<u8> {
    codes.iter().map(|code| code.cast_unsigned()).collect()
}
