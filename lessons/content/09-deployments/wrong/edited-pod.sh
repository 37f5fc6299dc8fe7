# step: update
kubectl set image pod/{{ pods.filter(p, p.metadata.?labels.?app.orValue('') == 'hello')[0].metadata.name }} hello=helloworld-app:2.0
