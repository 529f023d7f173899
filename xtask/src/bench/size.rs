//! What the executable weighs.

use super::product::Product;
use super::table::{Figure, Row, Table};

const AIM_MB: f64 = 60.0;

/// The executable beside the model file that it contains.
pub(crate) fn measure(product: &Product) -> Result<Table, String> {
    let mut table = Table::new("Size");
    table.row(Row {
        what: "the executable `memory`".to_owned(),
        ours: Figure::bytes(product.executable_bytes()?),
        floor_name: "the model file".to_owned(),
        floor: Figure::bytes(product.model_bytes()?),
        aim: Some(AIM_MB),
    });
    Ok(table)
}
