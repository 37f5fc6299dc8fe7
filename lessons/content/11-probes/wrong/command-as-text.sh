# step: readiness
cat > shop.yaml <<'EOF'
apiVersion: apps/v1
kind: Deployment
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
        - name: shop
          image: busybox
          command: ["sh", "-c", "echo loading; sleep 20; touch /tmp/open; echo open; sleep 3600"]
          readinessProbe:
            exec:
              command: test -f /tmp/open
            periodSeconds: 5
EOF
kubectl apply -f shop.yaml
