# step: apply
cat > clerk.yaml <<'EOF'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: clerk
spec:
  replicas: 1
  selector:
    matchLabels:
      app: clerk
  template:
    metadata:
      labels:
        app: clerk
    spec:
      containers:
        - name: clerk
          image: my-app:1.1
EOF
kubectl apply -f clerk.yaml
clock advance 20s
