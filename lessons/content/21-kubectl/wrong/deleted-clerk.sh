# step: describe
kubectl delete pod {{ pods.filter(p, p.metadata.?labels.?app.orValue('') == 'clerk')[0].metadata.name }} --wait=false
