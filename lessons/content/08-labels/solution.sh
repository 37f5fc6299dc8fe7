# step: three
cat > replicaset.yaml <<'EOF'
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: hello
spec:
  replicas: 3
  selector:
    matchLabels:
      app: hello
  template:
    metadata:
      labels:
        app: hello
    spec:
      containers:
        - name: hello
          image: helloworld-app
EOF
kubectl apply -f replicaset.yaml

# step: delete
kubectl delete pod {{ pods.filter(p, p.metadata.?labels.?app.orValue('') == 'hello')[0].metadata.name }} --wait=false

# step: take-out
kubectl label pod {{ pods.filter(p, p.metadata.?labels.?app.orValue('') == 'hello')[0].metadata.name }} app=examined --overwrite

# step: adopt
kubectl label pod stranger app=hello --overwrite

# step: orphan
kubectl delete replicaset hello --cascade=orphan
