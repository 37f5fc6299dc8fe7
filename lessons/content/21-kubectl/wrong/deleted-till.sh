# step: logs
kubectl delete pod {{ pods.filter(p, p.metadata.?labels.?app.orValue('') == 'till')[0].metadata.name }} --wait=false
