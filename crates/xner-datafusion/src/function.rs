//! The functions of SQL.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef};
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::{DataFusionError, Result, ScalarValue, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};
use xner::{Limit, Ner};

use crate::Models;

/// What a function gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// `ner(text [, model])`: the entities.
    Entities,
    /// `ner_tags(tokens [, model])`: a tag for each token.
    Tags,
}

impl Kind {
    pub(crate) const ALL: [Self; 2] = [Self::Entities, Self::Tags];

    fn name(self) -> &'static str {
        match self {
            Self::Entities => "ner",
            Self::Tags => "ner_tags",
        }
    }

    fn run(self, ner: &Ner, array: &dyn Array) -> xner_arrow::Result<ArrayRef> {
        let none = Limit::none();
        Ok(Arc::new(match self {
            Self::Entities => xner_arrow::entities(ner, array, "text", &none)?,
            Self::Tags => xner_arrow::tags(ner, array, "tokens", &none)?,
        }))
    }
}

/// A function with its models. It gives the same for the same, so that a query which names it twice runs it once.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Function {
    kind: Kind,
    models: Models,
    signature: Signature,
}

impl Function {
    pub(crate) fn new(kind: Kind, models: Models) -> Self {
        Self { kind, models, signature: Signature::user_defined(Volatility::Immutable) }
    }

    /// The type that an argument becomes; none where it can be none.
    fn fitting(&self, found: &DataType) -> Option<DataType> {
        match self.kind {
            Kind::Entities => text(found),
            Kind::Tags => match found {
                DataType::Null => Some(xner_arrow::tags_type()),
                DataType::List(item) | DataType::ListView(item) => Some(DataType::List(of_text(item)?)),
                DataType::LargeList(item) | DataType::LargeListView(item) => {
                    Some(DataType::LargeList(of_text(item)?))
                }
                DataType::FixedSizeList(item, size) => Some(DataType::FixedSizeList(of_text(item)?, *size)),
                _ => None,
            },
        }
    }
}

/// A kind of text as it is; what holds text inside becomes that.
fn text(found: &DataType) -> Option<DataType> {
    match found {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Some(found.clone()),
        DataType::Null => Some(DataType::Utf8),
        DataType::Dictionary(_, inside) => text(inside),
        _ => None,
    }
}

fn of_text(item: &Field) -> Option<Arc<Field>> {
    Some(Arc::new(item.clone().with_data_type(text(item.data_type())?)))
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &str {
        self.kind.name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, found: &[DataType]) -> Result<Vec<DataType>> {
        let (name, what) = match self.kind {
            Kind::Entities => ("ner(text [, model])", "text"),
            Kind::Tags => ("ner_tags(tokens [, model])", "a list of text"),
        };
        let (first, model) = match found {
            [first] => (first, None),
            [first, model] => (first, Some(model)),
            _ => return plan_err!("{name} takes one or two arguments, found {}", found.len()),
        };
        let Some(fitting) = self.fitting(first) else {
            return plan_err!("{name}: the first argument is {first}, expected {what}");
        };
        if let Some(found) = model.filter(|model| text(model).is_none()) {
            return plan_err!("{name}: the model is {found}, expected its name, a text");
        }
        Ok(std::iter::once(fitting).chain(model.map(|_| DataType::Utf8)).collect())
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(match self.kind {
            Kind::Entities => xner_arrow::entities_type(),
            Kind::Tags => xner_arrow::tags_type(),
        })
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let name = match args.args.get(1) {
            None => None,
            Some(ColumnarValue::Scalar(ScalarValue::Utf8(Some(name)))) => Some(name.as_str()),
            Some(_) => {
                let told = "the model must be one name for all rows, written in the query";
                return Err(DataFusionError::Execution(format!("{}: {told}", self.name())));
            }
        };
        let ner = self.models.get(name).map_err(external)?;
        let run = |array: &ArrayRef| self.kind.run(&ner, array.as_ref()).map_err(external);
        match &args.args[..] {
            [ColumnarValue::Array(array), ..] => Ok(ColumnarValue::Array(run(array)?)),
            [ColumnarValue::Scalar(value), ..] => {
                let found = run(&value.to_array()?)?;
                Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&found, 0)?))
            }
            [] => plan_err!("{} takes one or two arguments, found none", self.name()),
        }
    }
}

fn external(fault: impl std::error::Error + Send + Sync + 'static) -> DataFusionError {
    DataFusionError::External(Box::new(fault))
}
