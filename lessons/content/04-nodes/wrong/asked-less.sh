# step: fill
cat > hungry.yaml <<'EOF'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: hungry
spec:
  replicas: 10
  selector:
    matchLabels:
      app: hungry
  template:
    metadata:
      labels:
        app: hungry
    spec:
      containers:
        - name: app
          image: my-app:1.0
          resources:
            requests:
              cpu: 400m
EOF
kubectl apply -f hungry.yaml
