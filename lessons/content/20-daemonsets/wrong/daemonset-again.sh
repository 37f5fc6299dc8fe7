# step: kinds
cat > shop.yaml <<'EOF'
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: shop
spec:
  selector:
    matchLabels:
      app: shop
  template:
    metadata:
      labels:
        app: shop
    spec:
      containers:
        - name: agent
          image: my-app:1.0
EOF
kubectl apply -f shop.yaml
