# step: three
cat > replicaset.yaml <<'EOF'
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: hello
spec:
  replicas: 1
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
