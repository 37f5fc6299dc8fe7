# step: create
cat > deployment.yaml <<'EOF'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: hello-world
spec:
  replicas: 3
  selector:
    matchLabels:
      app: hello
  template:
    metadata:
      labels:
        app: hello-world
    spec:
      containers:
        - name: hello
          image: helloworld-app
EOF
kubectl apply -f deployment.yaml
