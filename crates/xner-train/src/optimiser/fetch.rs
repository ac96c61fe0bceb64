//! Numbers that a step needs of its device, read at once.

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, Transaction};

use crate::{Error, Result};

/// Tensors to be read together.
///
/// An accelerator works ahead of the host, until the host asks it for a number. So a step gathers all that it has to
/// know, loss and gradient norm above all, and asks once.
pub struct Fetch<B: Backend> {
    transaction: Transaction<B>,
    count: usize,
    device: Option<B::Device>,
}

/// Which of the tensors of a [`Fetch`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Ticket(usize);

/// What was read.
#[derive(Debug)]
pub struct Fetched(Vec<Vec<f32>>);

impl<B: Backend> Default for Fetch<B> {
    fn default() -> Self {
        Self { transaction: Transaction::default(), count: 0, device: None }
    }
}

impl<B: Backend> std::fmt::Debug for Fetch<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fetch").field("count", &self.count).finish_non_exhaustive()
    }
}

impl<B: Backend> Fetch<B> {
    /// One more tensor.
    pub fn add<const D: usize>(&mut self, tensor: Tensor<B, D>) -> Ticket {
        self.device = Some(tensor.device());
        self.transaction = std::mem::take(&mut self.transaction).register(tensor);
        self.count += 1;
        Ticket(self.count - 1)
    }

    /// Reads all of them.
    ///
    /// # Errors
    /// [`Error::Device`] when the device fails, or failed in something that came before.
    pub fn read(self) -> Result<Fetched> {
        let Some(device) = self.device else { return Ok(Fetched(Vec::new())) };
        let data = self.transaction.try_execute().map_err(|fault| {
            let message = format!("the device could not be read: {fault}");
            Error::Device { device: format!("{device:?}"), message }
        })?;
        Ok(Fetched(data.into_iter().map(|data| data.convert::<f32>().iter::<f32>().collect()).collect()))
    }
}

impl Fetched {
    /// A tensor's values, row by row.
    pub fn values(&self, Ticket(at): Ticket) -> &[f32] {
        self.0.get(at).map_or(&[], Vec::as_slice)
    }

    /// The value of a tensor that is a single number.
    pub fn number(&self, ticket: Ticket) -> f32 {
        self.values(ticket).first().copied().unwrap_or(f32::NAN)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use burn_flex::{Flex, FlexDevice};

    use super::*;

    #[test]
    fn each_tensor_comes_back_by_its_ticket() {
        let mut fetch = Fetch::<Flex>::default();
        let tensor = |values: [[f32; 2]; 2]| Tensor::<Flex, 2>::from_data(values, &FlexDevice);
        let square = fetch.add(tensor([[1.0, 2.0], [3.0, 4.0]]));
        let number = fetch.add(tensor([[1.0, 2.0], [3.0, 4.0]]).sum());
        let turned = fetch.add(tensor([[1.0, 2.0], [3.0, 4.0]]).transpose());
        let fetched = fetch.read().unwrap();
        assert_eq!(fetched.values(square), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(fetched.values(number), [10.0]);
        assert!((fetched.number(number) - 10.0).abs() < f32::EPSILON);
        assert_eq!(fetched.values(turned), [1.0, 3.0, 2.0, 4.0]);
        assert!(Fetch::<Flex>::default().read().is_ok());
    }
}
