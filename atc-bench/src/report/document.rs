//! Fills a marked section of a document.

/// Why a document was not filled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FillError {
    /// A mark is missing, or the closing one comes first.
    #[error(
        "the document lacks `{mark}` in its place: put `<!-- begin {section} -->` and `<!-- end {section} -->` on lines of their own"
    )]
    Mark {
        /// The mark.
        mark: String,
        /// The section it belongs to.
        section: String,
    },
}

/// Replaces what stands between `<!-- begin section -->` and `<!-- end section -->`.
///
/// ```
/// use atc_bench::report::fill;
///
/// let page = "# Page\n<!-- begin a -->\nold\n<!-- end a -->\nrest\n";
/// let filled = fill(page, "a", "new")?;
/// assert_eq!(filled, "# Page\n<!-- begin a -->\n\nnew\n\n<!-- end a -->\nrest\n");
/// # Ok::<(), atc_bench::report::FillError>(())
/// ```
///
/// # Errors
///
/// [`FillError::Mark`] if one of them is missing.
pub fn fill(document: &str, section: &str, text: &str) -> Result<String, FillError> {
    let lacks = |mark: &str| FillError::Mark {
        mark: mark.to_owned(),
        section: section.to_owned(),
    };
    let (begin, end) = (
        format!("<!-- begin {section} -->"),
        format!("<!-- end {section} -->"),
    );
    let (before, rest) = document.split_once(&begin).ok_or_else(|| lacks(&begin))?;
    let (_, after) = rest.split_once(&end).ok_or_else(|| lacks(&end))?;
    Ok(format!(
        "{before}{begin}\n\n{}\n\n{end}{after}",
        text.trim()
    ))
}
