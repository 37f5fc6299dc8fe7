# step: node-dies
kubectl delete node {{ nodes.filter(n, n.metadata.name.startsWith('node-') && !pods.exists(p, p.metadata.?labels.?app.orValue('') == 'web' && p.spec.nodeName == n.metadata.name))[0].metadata.name }}
