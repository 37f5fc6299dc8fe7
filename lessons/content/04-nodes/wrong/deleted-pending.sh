# step: reasons
kubectl delete pod {{ pods.filter(p, p.metadata.?labels.?app.orValue('') == 'hungry' && !has(p.spec.nodeName))[0].metadata.name }} --wait=false
