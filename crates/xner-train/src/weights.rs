//! A module's weights to and from the host, by name.

use std::path::Path;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{Tensor, TensorData};

use crate::Result;
use crate::tensors::Tensors;

/// A tensor's values on the host, row by row.
pub fn host<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> Vec<f32> {
    let data = tensor.into_data().convert::<f32>();
    // After `convert` the numbers always are 32-bit; were they not, they would be read one by one, never left out.
    data.as_slice::<f32>().map_or_else(|_| data.iter::<f32>().collect(), <[f32]>::to_vec)
}

/// The names and shapes of a module's parameters, in its order.
pub fn shapes<B: Backend>(module: &impl Module<B>) -> Vec<(String, Vec<usize>)> {
    let mut found = Vec::new();
    module.visit(&mut Walk {
        path: Vec::new(),
        each: |name: String, shape, _: &dyn Fn() -> Vec<f32>| found.push((name, shape)),
    });
    found
}

/// A module's weights; a parameter's name is its path of fields, joined by dots.
pub fn collect<B: Backend>(module: &impl Module<B>) -> Tensors {
    let mut found = Tensors::default();
    let each = |name: String, shape: Vec<usize>, values: &dyn Fn() -> Vec<f32>| {
        found.insert(name, &shape, values());
    };
    module.visit(&mut Walk { path: Vec::new(), each });
    found
}

/// The module with its weights taken out of `tensors`; others stay there. `path` is named in faults.
///
/// # Errors
/// [`crate::Error::Tensor`] for the first weight that is missing or of another shape.
pub fn load<B: Backend, M: Module<B>>(module: M, tensors: &mut Tensors, path: &Path) -> Result<M> {
    let mut taken = Vec::new();
    for (name, shape) in shapes(&module) {
        taken.push(tensors.take(&name, &shape, path)?);
    }
    Ok(module.map(&mut Load { taken: taken.into_iter() }))
}

/// The module with all its weights tracked by autodiff, or none.
pub fn tracked<A: AutodiffBackend, M: Module<A>>(module: M, track: bool) -> M {
    module.map(&mut Track(track))
}

struct Track(bool);

impl<A: AutodiffBackend> ModuleMapper<A> for Track {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<A, D>>) -> Param<Tensor<A, D>> {
        let (id, tensor, mapper) = param.consume();
        // A leaf of its own, whatever it was a part of.
        Param::from_mapped_value(id, Tensor::from_inner(tensor.inner()).set_require_grad(self.0), mapper)
    }
}

/// Tells of each parameter its name, its shape, and how to fetch its values.
struct Walk<F> {
    path: Vec<String>,
    each: F,
}

impl<B: Backend, F: FnMut(String, Vec<usize>, &dyn Fn() -> Vec<f32>)> ModuleVisitor<B> for Walk<F> {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
        let tensor = param.val();
        (self.each)(self.path.join("."), tensor.dims().to_vec(), &|| host(tensor.clone()));
    }
}

/// Puts values in the place of parameters, in the order in which a module is walked.
struct Load {
    taken: std::vec::IntoIter<Vec<f32>>,
}

impl<B: Backend> ModuleMapper<B> for Load {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
        let Some(values) = self.taken.next() else { return param };
        let (id, tensor, mapper) = param.consume();
        let loaded = Tensor::from_data(TensorData::new(values, tensor.dims()), &tensor.device());
        let loaded = loaded.set_require_grad(tensor.is_require_grad());
        Param::from_mapped_value(id, loaded, mapper)
    }
}
