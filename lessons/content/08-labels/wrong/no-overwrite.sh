# step: take-out
kubectl label pod {{ pods.filter(p, p.metadata.?labels.?app.orValue('') == 'hello')[0].metadata.name }} app=examined
