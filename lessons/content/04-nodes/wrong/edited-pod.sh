# step: room
kubectl set resources pod {{ pods.filter(p, p.metadata.?labels.?app.orValue('') == 'hungry')[0].metadata.name }} --requests=cpu=400m
