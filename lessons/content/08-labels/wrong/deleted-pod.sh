# step: take-out
kubectl delete pod {{ pods.filter(p, p.metadata.?labels.?app.orValue('') == 'hello')[0].metadata.name }} --wait=false
