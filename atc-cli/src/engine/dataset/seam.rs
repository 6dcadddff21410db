//! The parts of one symbol, joined in time order.

use super::time::format_time;
use super::{Bars, DatasetError, ErrorKind};

/// Joins the parts of one symbol in time order; parts without times stay in the order of their names.
pub(super) fn join(mut pieces: Vec<Bars>, lenient: bool) -> Result<Bars, DatasetError> {
    let first_time = |bars: &Bars| bars.time.as_ref().and_then(|time| time.first().copied());
    pieces.sort_by_key(first_time);
    let mut pieces = pieces.into_iter();
    let mut all = pieces.next().unwrap_or_default();
    for piece in pieces {
        check_seam(&all, &piece, lenient)?;
        let n_bars = all.len();
        all.close.extend(piece.close);
        all.time = all.time.zip(piece.time).map(|(mut time, more)| {
            time.extend(more);
            time
        });
        all.source = all.source.zip(piece.source).map(|(mut source, more)| {
            source.extend(more);
            source
        });
        all.origin.append(n_bars, piece.origin);
    }
    Ok(all)
}

fn check_seam(before: &Bars, after: &Bars, lenient: bool) -> Result<(), DatasetError> {
    let Some(place) = after.row_of(0) else {
        return Ok(());
    };
    let error =
        |what: String| DatasetError::new(ErrorKind::Order, &place.path, what).row(place.row);
    match (&before.time, &after.time) {
        (None, None) => Ok(()),
        (Some(before_time), Some(after_time)) => {
            let (last, next) = (before_time.last().copied(), after_time.first().copied());
            match last.zip(next) {
                Some((last, next)) if next <= last && !lenient => {
                    let file = before.row_of(before.len() - 1).map(|place| place.path);
                    let what = format!(
                        "time {} is not after {}, the last time of {}",
                        format_time(next),
                        format_time(last),
                        file.unwrap_or_default(),
                    );
                    Err(error(what).remedy("remove the overlap between the files of this symbol"))
                }
                _ => Ok(()),
            }
        }
        _ => Err(
            error("some files of this symbol have times, others do not".to_owned())
                .remedy("give all files of a symbol the same columns"),
        ),
    }
}
