# step: evicted
kubectl delete pod {{ pods.filter(p, p.metadata.?labels.?app.orValue('') == 'web' && p.spec.nodeName == 'node-2')[0].metadata.name }} --wait=false
