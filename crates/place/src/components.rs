//! Parts of a network that hang together, and the islands cut off from the largest.

use crate::network::{Network, NodeId};

/// The connected parts of a network, one-way links counted as joining both ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Components {
    of_node: Vec<u32>,
    sizes: Vec<u32>,
    largest: u32,
}

impl Components {
    #[must_use]
    pub fn of(network: &Network) -> Self {
        let nodes = network.node_count();
        let mut parent: Vec<u32> = (0..nodes as u32).collect();
        for index in 0..network.links().len() as u32 {
            let [a, b] = network.ends(crate::network::LinkId(index));
            let (a, b) = (root(&mut parent, a.0), root(&mut parent, b.0));
            // The lower number becomes the root: the outcome does not depend on the order of links.
            parent[a.max(b) as usize] = a.min(b);
        }
        // Components are numbered by their first node in the input, so that reports are stable.
        let mut number = vec![u32::MAX; nodes];
        let mut of_node = vec![0; nodes];
        let mut sizes: Vec<u32> = Vec::new();
        for node in network.nodes() {
            let top = root(&mut parent, node.0) as usize;
            if number[top] == u32::MAX {
                number[top] = sizes.len() as u32;
                sizes.push(0);
            }
            of_node[node.0 as usize] = number[top];
            sizes[number[top] as usize] += 1;
        }
        let largest = (0..sizes.len() as u32)
            .max_by_key(|&part| (sizes[part as usize], std::cmp::Reverse(part)))
            .unwrap_or(0);
        Self { of_node, sizes, largest }
    }

    #[must_use]
    pub fn count(&self) -> usize {
        self.sizes.len()
    }

    /// Number of the component a node belongs to.
    #[must_use]
    pub fn component(&self, node: NodeId) -> usize {
        self.of_node[node.0 as usize] as usize
    }

    /// Node counts by component.
    #[must_use]
    pub fn sizes(&self) -> &[u32] {
        &self.sizes
    }

    /// Number of the largest component (the first of equals).
    #[must_use]
    pub fn largest(&self) -> usize {
        self.largest as usize
    }

    /// Whether a node is cut off from the largest component.
    #[must_use]
    pub fn on_island(&self, node: NodeId) -> bool {
        self.of_node[node.0 as usize] != self.largest
    }
}

fn root(parent: &mut [u32], mut node: u32) -> u32 {
    while parent[node as usize] != node {
        let above = parent[parent[node as usize] as usize];
        parent[node as usize] = above;
        node = above;
    }
    node
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Direction, Link};

    #[test]
    fn islands_are_told_from_the_mainland() {
        let link = |from, to| Link { from, to, length: 5, direction: Direction::Forward };
        let network = Network::build(6, &[], vec![link(5, 4), link(4, 2), link(0, 1)]).unwrap();
        let parts = Components::of(&network);
        assert_eq!(parts.count(), 3);
        assert_eq!(parts.sizes(), [2, 3, 1]);
        let island: Vec<bool> = network.nodes().map(|node| parts.on_island(node)).collect();
        assert_eq!(island, [true, true, false, true, false, false]);
    }
}
