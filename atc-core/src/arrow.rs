//! Arrow arrays in, record batches out.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Float64Array, RecordBatch};
use arrow_schema::ArrowError;
use arrow_schema::{DataType, Field, Schema};

use crate::Columns;

/// The values of an Arrow column, without a copy.
///
/// `None` if the column has nulls: only the caller knows what they mean. To
/// treat them as missing bars, replace them by NaN and use `gaps = skip`.
///
/// ```
/// use arrow_array::Float64Array;
///
/// let close = Float64Array::from(vec![1.0, 2.0]);
/// assert_eq!(atc_core::values(&close), Some(&[1.0, 2.0][..]));
/// assert_eq!(atc_core::values(&Float64Array::from(vec![Some(1.0), None])), None);
/// ```
pub fn values(column: &Float64Array) -> Option<&[f64]> {
    (column.null_count() == 0).then(|| column.values().as_ref())
}

impl Columns {
    /// The columns as a record batch; the values are moved, not copied, and NaN
    /// stays NaN.
    ///
    /// # Errors
    ///
    /// If the columns differ in length, which those of [`classify`](crate::classify) do not.
    pub fn into_record_batch(self) -> Result<RecordBatch, ArrowError> {
        let field = |name: &str| Field::new(name, DataType::Float64, true);
        let schema = Schema::new(Self::NAMES.map(field).to_vec());
        let columns = self.signals.0.into_iter().chain(self.equities.0);
        let columns = columns.chain([self.average_signal]);
        let array = |column| Arc::new(Float64Array::from(column)) as ArrayRef;
        RecordBatch::try_new(Arc::new(schema), columns.map(array).collect())
    }
}

impl TryFrom<&RecordBatch> for Columns {
    type Error = ArrowError;

    /// The columns of a record batch that has them all, by name.
    fn try_from(batch: &RecordBatch) -> Result<Self, ArrowError> {
        let column = |name: &str| {
            let column = batch.column_by_name(name);
            let array = column.and_then(|array| array.as_any().downcast_ref::<Float64Array>());
            let array = array.ok_or_else(|| {
                ArrowError::SchemaError(format!("no column `{name}` of type Float64"))
            })?;
            let values: Vec<f64> = array
                .iter()
                .map(|value| value.unwrap_or(f64::NAN))
                .collect();
            Ok::<_, ArrowError>(values)
        };
        let mut columns = Self::default();
        for (k, name) in Self::NAMES.into_iter().enumerate() {
            match k {
                0..6 => columns.signals.0[k] = column(name)?,
                6..12 => columns.equities.0[k - 6] = column(name)?,
                _ => columns.average_signal = column(name)?,
            }
        }
        Ok(columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Params, Plan, classify};

    #[test]
    fn a_record_batch_gives_the_same_columns_back() {
        let close: Vec<f64> = (0..90).map(|bar| 10.0 + f64::from(bar % 13)).collect();
        let plan = Plan::new(Params::default()).unwrap();
        let columns = classify(&plan, &close, None).unwrap();
        let batch = columns.clone().into_record_batch().unwrap();
        assert_eq!(batch.num_columns(), 13);
        assert_eq!(Columns::try_from(&batch).unwrap(), columns);
        assert!(Columns::try_from(&batch.project(&[0, 1]).unwrap()).is_err());
    }
}
